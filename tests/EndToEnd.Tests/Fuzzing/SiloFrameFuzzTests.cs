using System.Collections.Concurrent;
using Graincast.Servers;
using Graincast.Supervision;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Fuzzing;

/// <summary>Damaged frames from a silo to a backend: an error or an answer, and the session lives on.</summary>
[Collection(FuzzCollection.Name)]
public sealed class SiloFrameFuzzTests(GraincastServer server) : IDisposable
{
    private const int Full = 50_000;
    private const int Quick = 5_000;

    /// <summary>More than a backend keeps mapped, so that each is asked for again.</summary>
    private const int Images = 200;

    private const string Train = "SELECT * FROM pgml.train('fuzzed', 'regression', 'fuzzing.rows', 'y')";
    private const string Watch = "SELECT * FROM pgml.stat_progress_train";
    private static readonly FrameKind[] OfTraining = [FrameKind.Hello, FrameKind.BeginRun, FrameKind.EndFeed, FrameKind.Fit, FrameKind.Open];
    private readonly Dictionary<string, byte[]> _images = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graincast-fuzz-");
    private readonly ConcurrentDictionary<string, int> _states = [];
    private Random _random = new();
    private FrameKind _target;
    private int _mutated;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Mutated_answers_are_errors_or_answers_and_the_session_lives_on()
    {
        _random = new Random(FuzzRun.Seed(nameof(Mutated_answers_are_errors_or_answers_and_the_session_lives_on)));
        var models = await PrepareAsync();
        using var silo = new FakeSilo(server) { Answer = Answer };
        await using var session = await PsqlSession.OpenAsync(server);
        await session.MustSucceedAsync($"SET graincast.socket = '{silo.SocketPath}'; SET graincast.timeout_ms = 200; SET statement_timeout = '5s'; SET client_min_messages = error");
        for (var i = 0; _mutated < FuzzRun.Count(Full, Quick); i++)
        {
            (_target, var statement) = _random.Next(6) switch
            {
                0 or 1 => (OfTraining[_random.Next(OfTraining.Length)], Train),
                2 => (FrameKind.ListRuns, Watch),
                _ => (FrameKind.Open, $"SELECT pgml.predict({models[i % Images]}, ARRAY[1, 2, 3]::real[])"),
            };
            var answer = await session.RunAsync(statement);
            _states.AddOrUpdate(answer.SqlState, 1, (_, count) => count + 1);
            if (statement == Train && !answer.IsError)
            {
                await session.MustSucceedAsync("DELETE FROM pgml.projects WHERE name = 'fuzzed'");
            }
            silo.Forget();
        }

        Console.WriteLine($"{_mutated} frames to a backend: {string.Join(", ", _states.OrderByDescending(state => state.Value).Take(12).Select(state => $"{state.Key} {state.Value}"))}");
        _states.Keys.ShouldContain(PsqlSession.Success, "a fuzz that never gets past the checks tests nothing");
        _states.Keys.ShouldContain(SqlState.ProtocolViolation);
        await session.MustLiveOnAsync();
        await session.MustSucceedAsync("RESET graincast.socket; RESET graincast.timeout_ms");
        await session.MustSucceedAsync(Train);
        await server.DropModelsAsync();
    }

    private async Task<List<long>> PrepareAsync()
    {
        await using var create = server.Superuser.CreateCommand("""
            CREATE SCHEMA IF NOT EXISTS fuzzing;
            CREATE TABLE IF NOT EXISTS fuzzing.rows AS SELECT i::real AS a, sin(i)::real AS b, cos(i)::real AS c, i::real AS y FROM generate_series(1, 50) AS i;
            """);
        await create.ExecuteNonQueryAsync();
        var models = new List<long>();
        for (var i = 0; i < Images; i++)
        {
            // The last section is text that the kernel does not read: so many models that are one.
            var image = TestImages.Read("linear");
            System.Text.Encoding.ASCII.GetBytes($"{i:D4}").CopyTo(image, image.AsSpan().LastIndexOf("ple"u8) - 1);
            var name = TestImages.Rename(image);
            _images[Convert.ToHexString(name)] = image;
            models.Add(await server.AddModelAsync(name));
        }
        return models;
    }

    private void Answer(FakeCall call)
    {
        switch (call.Kind)
        {
            case FrameKind.Hello:
                Send(call, call.FrameOf(new Welcome(FrameHeader.ProtocolVersion, 1, "0", "0.1.0")));
                break;
            case FrameKind.BeginRun:
                Send(call, call.FrameOf(_random.Next(4) == 0 ? new RunBegun(-1) : new RunBegun(1)));
                break;
            case FrameKind.EndFeed:
                Send(call, call.FrameOf(new Acknowledged(call.Read<EndFeed>().Rows)));
                break;
            case FrameKind.Fit when _random.Next(3) == 0:
                Send(call, call.FrameOf(new Progress("half way")));
                call.Reply(new Error(SqlState.InvalidParameter, "no", "detail", "hint"));
                break;
            case FrameKind.Fit:
                var (name, image) = _images.First();
                Send(call, call.FrameOf(new Fitted(Convert.FromHexString(name), image.Length, 3, call.Read<Fit>().Rows, 1, "{}", """{"r2": 0.5}""")));
                break;
            case FrameKind.ListRuns:
                Send(call, call.FrameOf(new RunList([.. Enumerable.Range(1, _random.Next(4)).Select(i => new RunProgress((ulong)i, "", "größe", "0", "fitting", 50, i, 1000))])));
                break;
            // A mutated Fitted makes the backend ask for an image that is none.
            case FrameKind.Open when _random.Next(3) > 0 && _images.TryGetValue(Convert.ToHexString(call.Read<Open>().Image), out var asked):
                Open(call, asked);
                break;
            case FrameKind.Open:
                Send(call, call.FrameOf(new Error(SqlState.UndefinedObject, "no such image", "größe", "")));
                break;
            default:
                // Cancel, BeginFeed and Rows have no reply.
                break;
        }
    }

    private void Open(FakeCall call, byte[] image)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, image);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        using var descriptor = File.OpenHandle(path);
        File.Delete(path);
        Send(call, call.FrameOf(new Opened(image.Length)), descriptor);
    }

    /// <summary>Mutated if it is this frame's turn. What leaves the backend waiting for more is followed by the end.</summary>
    private void Send(FakeCall call, byte[] frame, Microsoft.Win32.SafeHandles.SafeFileHandle? descriptor = null)
    {
        var bytes = frame;
        if (call.Kind == _target)
        {
            bytes = Mutation.Of(frame, _random);
            _mutated++;
        }
        if (descriptor is null)
        {
            call.ReplyBytes(bytes);
        }
        else
        {
            call.ReplyBytes(bytes, descriptor);
        }
        if (bytes.Length < 4 || BitConverter.ToUInt32(bytes) > bytes.Length - FrameHeader.SizeBytes || bytes[4] == (byte)FrameKind.Progress && call.Kind != FrameKind.Fit)
        {
            call.Close();
        }
    }
}
