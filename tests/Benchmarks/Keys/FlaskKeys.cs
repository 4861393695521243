using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Graincast.Benchmarks.Recipes;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Keys;

/// <summary>A baseline: gunicorn's workers that take features from Redis and have trees in xgboost, asked over HTTP connections that stay open.</summary>
internal sealed class FlaskKeys : IKeyService
{
    private readonly HttpClient _http;

    private FlaskKeys(Recipe recipe, float firstAnswer, int port)
    {
        (Recipe, FirstAnswer) = (recipe, firstAnswer);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public Recipe Recipe { get; }

    /// <summary>For key 1.</summary>
    public float FirstAnswer { get; }

    public string Name => "Flask + Redis + xgboost";

    public Uri Address => _http.BaseAddress!;

    public static async Task<FlaskKeys> StartAsync(BenchmarkServer server)
    {
        var port = FreePort();
        var recipe = new Recipe("service", server.Directory);
        try
        {
            return new FlaskKeys(recipe, await recipe.RunAsync(new Dictionary<string, string>
            {
                ["DATABASE"] = await server.LibpqAsync(),
                ["PORT"] = $"{port}",
                ["TREES"] = $"{Flights.Trees}",
                ["ETA"] = $"{Flights.LearningRate}",
                ["LEAVES"] = $"{BenchmarkServer.Leaves}",
            }), port);
        }
        catch
        {
            await recipe.DisposeAsync();
            throw;
        }
    }

    public Func<int, Task<float>> NewCaller() => async key => float.Parse(await _http.GetStringAsync(new Uri($"/{key}", UriKind.Relative)), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Recipe.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
