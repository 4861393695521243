using System.Buffers.Binary;
using Graincast.Servers;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>What the extension writes, byte by byte as the golden frames that the C# side is tested with; and the golden answers, read by it.</summary>
[Collection(FailureCollection.Name)]
public sealed class BackendFramesTests(GraincastServer server) : IAsyncLifetime
{
    private const string Train =
        """SELECT * FROM pgml.train('fraud “ü”', 'classification', 'golden.rows', 'is_fraud', 'linear', '{"C": 2}', test_size => 0.25, test_sampling => 'stratified')""";

    private readonly FakeSilo _silo = new(server);

    public async ValueTask InitializeAsync()
    {
        await server.ConnectAsAsync("alice");
        await using var create = server.Superuser.CreateCommand("""
            CREATE SCHEMA IF NOT EXISTS golden;
            GRANT USAGE ON SCHEMA golden TO alice;
            DROP TABLE IF EXISTS golden.rows;
            CREATE TABLE golden.rows (amount float8, pixels real[], is_fraud boolean);
            INSERT INTO golden.rows VALUES (12.5, '{1,-2}', true), (NULL, '{0.5,0.25}', false);
            GRANT SELECT ON golden.rows TO alice;
            """);
        await create.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync()
    {
        _silo.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Hello_names_version_process_and_database()
    {
        await using var session = await OpenAsync();

        await session.FailAsync(Train);

        _silo.Single(FrameKind.Hello).ShouldBe(new WireWriter().Frame(new Hello(1, 1, (uint)session.Pid, "graincast", "0.2.0"), 0).ToArray());
    }

    [Fact]
    public async Task A_training_is_sent_as_the_golden_frames_and_a_golden_error_becomes_one_of_SQL()
    {
        _silo.Answer = call =>
        {
            switch (call.Kind)
            {
                case FrameKind.Hello:
                    call.ReplyBytes(GoldenFrames.Read("welcome", 0));
                    break;
                case FrameKind.BeginRun:
                    call.ReplyBytes(GoldenFrames.Read("progress", call.Header.Stream));
                    call.ReplyBytes(GoldenFrames.Read("run_begun", call.Header.Stream));
                    break;
                case FrameKind.EndFeed:
                    call.ReplyBytes(GoldenFrames.Read("acknowledged", call.Header.Stream));
                    break;
                case FrameKind.Fit:
                    call.ReplyBytes(GoldenFrames.Read("error", call.Header.Stream));
                    break;
                default:
                    // BeginFeed, Rows and Cancel have no reply.
                    break;
            }
        };
        await using var session = await OpenAsync();

        var error = await session.FailAsync(Train);

        (error.SqlState, error.MessageText, error.Detail, error.Hint).ShouldBe((SqlState.InvalidParameter, "unknown hyperparameter \"c\"", null, "Use one of: C."));
        session.Notices.ShouldHaveSingleItem().MessageText.ShouldBe("linear: 2 rows");
        await Wait.UntilAsync("the run is cancelled", () => _silo.Frames.Any(frame => frame[4] == (byte)FrameKind.Cancel));
        var run = BinaryPrimitives.ReadUInt64LittleEndian(_silo.Single(FrameKind.BeginRun).AsSpan(FrameHeader.SizeBytes));
        run.ShouldBeGreaterThan(0ul);
        foreach (var (kind, name) in new[] { (FrameKind.BeginRun, "begin_run"), (FrameKind.BeginFeed, "begin_feed"), (FrameKind.Fit, "fit"), (FrameKind.Cancel, "cancel") })
        {
            var sent = _silo.Single(kind);
            sent.ShouldBe(GoldenFrames.Read(name, FrameHeader.Read(sent).Stream, run), name);
        }
        var rows = _silo.Single(FrameKind.Rows);
        rows.ShouldBe(GoldenFrames.Read("rows", FrameHeader.Read(rows).Stream));
        var end = _silo.Single(FrameKind.EndFeed);
        end.ShouldBe(GoldenFrames.Read("end_feed", FrameHeader.Read(rows).Stream));
        await session.MustLiveOnAsync();
    }

    [Fact]
    public async Task An_image_is_asked_for_by_role_and_hash_as_the_golden_frame_says()
    {
        _silo.Answer = call =>
        {
            if (call.Kind == FrameKind.Open)
            {
                call.ReplyBytes(GoldenFrames.Read("opened", call.Header.Stream));
                return;
            }
            call.Behave();
        };
        await using var superuser = await Session.OpenAsync(server);
        var model = await superuser.ScalarAsync<long>("""
            WITH project AS (INSERT INTO pgml.projects (name, task, owner) VALUES ('golden', 'regression', 'alice') ON CONFLICT (name) DO UPDATE SET owner = 'alice' RETURNING id)
            INSERT INTO pgml.models (project_id, num_features, algorithm, hyperparams, status, image_sha256, seed)
            SELECT id, 3, 'linear', '{}', 'successful', '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 0 FROM project RETURNING id
            """);
        await using var session = await OpenAsync();

        var error = await session.FailAsync("SELECT pgml.predict($1, ARRAY[1, 2, 3]::real[])", model);

        // The golden answer names a size, but a descriptor is no matter of bytes.
        error.MessageText.ShouldContain("descriptor");
        var open = _silo.Single(FrameKind.Open);
        open.ShouldBe(GoldenFrames.Read("open", FrameHeader.Read(open).Stream));
    }

    private async Task<Session> OpenAsync()
    {
        var session = await Session.OpenAsync(server);
        await session.ExecuteAsync($"SET graincast.socket = '{_silo.SocketPath}'; SET graincast.timeout_ms = 2000; SET ROLE alice");
        return session;
    }
}
