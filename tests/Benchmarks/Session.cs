using Graincast.Benchmarks.Keys;
using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks;

/// <summary>What the benchmarks of one run share. Servers are started by the first that needs them.</summary>
internal sealed class Session(Scale scale, Report report) : IAsyncDisposable
{
    private BenchmarkServer? _server;
    private Flights? _flights;
    private FlaskKeys? _service;

    public Scale Scale => scale;

    public Report Report => report;

    public async Task<BenchmarkServer> ServerAsync() => _server ??= await BenchmarkServer.StartAsync(scale);

    public async Task<Flights> FlightsAsync() => _flights ??= await Flights.CreateAsync(await ServerAsync());

    /// <summary>Of the flights.</summary>
    public async Task<FlaskKeys> ServiceAsync()
    {
        await FlightsAsync();
        return _service ??= await FlaskKeys.StartAsync(await ServerAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
