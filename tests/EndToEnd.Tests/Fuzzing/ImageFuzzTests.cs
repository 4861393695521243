using System.Collections.Concurrent;
using Graincast.Servers;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Fuzzing;

/// <summary>Damaged images in a backend, by both ways that they come there: mapped by a silo's descriptor, and from the catalog.</summary>
[Collection(FuzzCollection.Name)]
public sealed class ImageFuzzTests(GraincastServer server)
{
    /// <summary>By each way.</summary>
    private const int Mutations = 5_000;

    /// <summary>Damaged; another count of features; no prediction or contributions for such a task; nothing to count contributions from; text where numbers are, and the other way round; NULL and number checks.</summary>
    private static readonly string[] Allowed = [PsqlSession.Success, SqlState.DataCorrupted, SqlState.InvalidParameter, SqlState.FeatureNotSupported, SqlState.DatatypeMismatch, SqlState.NullNotAllowed, "22P02", "22003", SqlState.ObjectNotInState];

    /// <summary>The images, and features that fit each.</summary>
    private static readonly (string Image, string Features)[] Models =
    [
        ("linear", "ARRAY[1, 2, 3]::real[]"),
        ("linear-prepared", "ARRAY['1', '2', 'red', 'Ulm']"),
        ("logistic", "ARRAY[1, 2]::real[]"),
        ("softmax", "ARRAY[1, 2]::real[]"),
        ("centroids", "ARRAY[1, 2]::real[]"),
        ("components", "ARRAY[1, 2, 3]::real[]"),
        ("trees", "ARRAY[1, 'NaN', 3]::real[]"),
        ("trees-softmax", "ARRAY[1, 2, 3]::real[]"),
        ("trees-share", "ARRAY[1, 2, 'inf']::real[]"),
        ("trees-share-pair", "ARRAY[1, 2, 3]::real[]"),
        ("linear-explained", "ARRAY['1', '2', 'red', 'Ulm']"),
        ("trees-explained", "ARRAY[1, 2, 3]::real[]"),
        ("joint", "ARRAY['1', '2', 'red', 'Ulm']"),
    ];

    private readonly ConcurrentDictionary<string, int> _states = [];

    [Fact]
    public async Task A_mapped_image_that_is_damaged_is_refused_or_scored_and_its_backend_lives()
    {
        var random = new Random(FuzzRun.Seed(nameof(A_mapped_image_that_is_damaged_is_refused_or_scored_and_its_backend_lives)));
        var folder = Directory.CreateTempSubdirectory("graincast-fuzz-");
        byte[] current = [];
        using var silo = new FakeSilo(server)
        {
            Answer = call =>
            {
                if (call.Kind != FrameKind.Open)
                {
                    call.Behave();
                    return;
                }
                var path = Path.Combine(folder.FullName, "image");
                File.Delete(path);
                File.WriteAllBytes(path, current);
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
                using var descriptor = File.OpenHandle(path);
                call.Reply(new Opened(current.Length), descriptor);
            },
        };
        await using var session = await PsqlSession.OpenAsync(server);
        await session.MustSucceedAsync($"SET graincast.socket = '{silo.SocketPath}'");
        for (var i = 0; i < FuzzRun.Count(Mutations, Mutations); i++)
        {
            var (name, features) = Models[random.Next(Models.Length)];
            current = ImageMutation.Of(TestImages.Read(name), random);
            await ScoreAsync(session, await server.AddModelAsync(NameOf(current)), features);
        }

        await EndAsync(session);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_image_in_the_catalog_that_is_damaged_is_refused_or_scored_and_its_backend_lives()
    {
        var random = new Random(FuzzRun.Seed(nameof(An_image_in_the_catalog_that_is_damaged_is_refused_or_scored_and_its_backend_lives)));
        await using var session = await PsqlSession.OpenAsync(server);
        await session.MustSucceedAsync("SET graincast.socket = '/nowhere'");
        for (var i = 0; i < FuzzRun.Count(Mutations, Mutations); i++)
        {
            var (name, features) = Models[random.Next(Models.Length)];
            var image = ImageMutation.Of(TestImages.Read(name), random);
            await ScoreAsync(session, await server.AddModelAsync(NameOf(image), image), features);
        }

        await EndAsync(session);
    }

    private static byte[] NameOf(byte[] image) => image.Length >= 64 ? TestImages.Sha256Of(image) : new byte[32];

    private async Task ScoreAsync(PsqlSession session, long model, string features)
    {
        foreach (var function in new[] { "predict", "predict_joint", "explain", "predict_proba", "predict_batch" })
        {
            // Only these take texts.
            if (function is not ("predict" or "predict_joint" or "explain") && features.Contains("red", StringComparison.Ordinal))
            {
                return;
            }
            var answer = await session.RunAsync($"SELECT pgml.{function}({model}, {features})");
            answer.SqlState.ShouldBeOneOf(Allowed, $"{answer.Text} at model {model}");
            _states.AddOrUpdate($"{function} {answer.SqlState}", 1, (_, count) => count + 1);
            if (function == "predict" && answer.IsError)
            {
                return;
            }
        }
    }

    private async Task EndAsync(PsqlSession session)
    {
        await session.MustLiveOnAsync();
        Console.WriteLine($"images: {string.Join(", ", _states.OrderBy(state => state.Key).Select(state => $"{state.Key} {state.Value}"))}");
        _states.Keys.ShouldContain($"predict {PsqlSession.Success}", "a fuzz that never gets past the checks tests nothing");
        _states.Keys.ShouldContain($"predict {SqlState.DataCorrupted}");
        await server.DropModelsAsync();
    }
}
