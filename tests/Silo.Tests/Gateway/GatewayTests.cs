using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Gateway;

public sealed class GatewayTests(RunningGateway gateway, ITestOutputHelper output) : IClassFixture<RunningGateway>
{
    private static readonly byte[] UnknownImage = [.. Enumerable.Repeat((byte)7, 32)];

    [Fact]
    public void Hello_is_answered_with_the_node()
    {
        using var backend = TestBackend.Silent(gateway.Path);

        backend.Send(new Hello(1, 1, 42, "app", "0.1.0"), 0);

        Welcome welcome = backend.Receive<Welcome>();
        welcome.Node.ShouldBe("0");
        welcome.Version.ShouldBe(FrameHeader.ProtocolVersion);
        welcome.Pid.ShouldBe((uint)Environment.ProcessId);
    }

    [Fact]
    public void A_backend_of_another_protocol_is_told_what_to_install()
    {
        using var backend = TestBackend.Silent(gateway.Path);

        backend.Send(new Hello(2, 9, 42, "app", "9.0.0"), 0);

        Error error = backend.Receive<Error>();
        error.SqlState.ShouldBe(SqlState.FeatureNotSupported);
        error.Hint.ShouldContain("same Graincast release");
        backend.IsClosed().ShouldBeTrue();
    }

    [Fact]
    public void A_first_frame_that_is_no_hello_ends_the_connection()
    {
        using var backend = TestBackend.Silent(gateway.Path);

        backend.Send(new Open("alice", UnknownImage), 1);

        backend.Receive<Error>().SqlState.ShouldBe(SqlState.ProtocolViolation);
        backend.IsClosed().ShouldBeTrue();
    }

    [Fact]
    public void A_backend_that_says_nothing_is_closed()
    {
        using var backend = TestBackend.Silent(gateway.Path);

        backend.IsClosed().ShouldBeTrue();
    }

    [Fact]
    public void A_call_that_fails_keeps_the_connection()
    {
        using var backend = TestBackend.Connect(gateway.Path);

        for (uint stream = 1; stream <= 3; stream++)
        {
            backend.Send(new Open("alice", UnknownImage), stream);
            backend.Receive<Error>().SqlState.ShouldBe(SqlState.UndefinedObject);
        }
    }

    [Fact]
    public void Rows_for_a_run_that_nobody_began_fail_at_the_end_of_the_feed()
    {
        using var backend = TestBackend.Connect(gateway.Path);

        backend.Send(new BeginFeed(123), 5);
        backend.Send(new Rows(1, [0, 1]), 5);
        backend.Send(new EndFeed(1), 5);

        Error error = backend.Receive<Error>();
        error.SqlState.ShouldBe(SqlState.UndefinedObject);
        error.Message.ShouldContain("123");
    }

    [Fact]
    public void A_header_over_the_limit_ends_the_connection()
    {
        using var backend = TestBackend.Connect(gateway.Path);

        backend.SendBytes([0xff, 0xff, 0xff, 0xff, (byte)FrameKind.Open, 0, 0, 0, 1, 0, 0, 0]);

        backend.Receive<Error>().SqlState.ShouldBe(SqlState.ProtocolViolation);
        backend.IsClosed().ShouldBeTrue();
    }

    [Fact]
    public void A_second_silo_on_the_same_socket_refuses_to_start()
    {
        using GatewayService second = gateway.Another();

        Should.Throw<IOException>(() => second.StartAsync(CancellationToken.None).GetAwaiter().GetResult()).Message.ShouldContain("another silo listens");
    }

    [Fact]
    public void Twenty_thousand_mutated_frames_get_errors_and_the_gateway_lives_on()
    {
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var frames = new WireWriter();
        byte[][] originals =
        [
            frames.Frame(new BeginFeed(1), 1).ToArray(),
            frames.Frame(new Rows(1, [0, 1, 2, 3]), 1).ToArray(),
            frames.Frame(new EndFeed(1), 1).ToArray(),
            frames.Frame(new Open("alice", UnknownImage), 2).ToArray(),
            frames.Frame(new Cancel(1), 0).ToArray(),
            frames.Frame(new Fit(1, 1), 3).ToArray(),
        ];
        for (int i = 0; i < 2_000; i++)
        {
            using var backend = TestBackend.Connect(gateway.Path);
            for (int frame = 0; frame < 10; frame++)
            {
                byte[] bytes = [.. originals[random.Next(originals.Length)]];
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                if (!backend.TrySendBytes(bytes))
                {
                    break;
                }
            }

            backend.TryStopSending();
            backend.IsClosed().ShouldBeTrue();
        }

        using var after = TestBackend.Connect(gateway.Path);
        after.Send(new Open("alice", UnknownImage), 1);
        after.Receive<Error>().SqlState.ShouldBe(SqlState.UndefinedObject);
    }
}
