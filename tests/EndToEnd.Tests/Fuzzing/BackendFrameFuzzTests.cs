using System.Net.Sockets;
using Graincast.Failures;
using Graincast.Servers;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Fuzzing;

/// <summary>Damaged frames from a backend to a real silo: errors only, and neither the silo nor a worker dies.</summary>
[Collection(FuzzCollection.Name)]
public sealed class BackendFrameFuzzTests(GraincastServer server)
{
    private const int Full = 50_000;
    private const int Quick = 5_000;
    private const int FullTrainings = 100;
    private const int QuickTrainings = 10;

    /// <summary>The silo reads the first for certain, and the others if it went on; only the first counts.</summary>
    private const int FramesPerConnection = 3;
    private const int RowsPerTraining = 60;
    private static readonly string[] Calls = ["begin_run", "begin_feed", "rows", "end_feed", "open", "cancel", "fit", "welcome"];

    [Fact]
    public async Task Mutated_calls_are_refused_and_the_silo_serves_on()
    {
        var random = new Random(FuzzRun.Seed(nameof(Mutated_calls_are_refused_and_the_silo_serves_on)));
        var silo = server.SiloPid;
        var refused = 0;
        for (var sent = 0; sent < FuzzRun.Count(Full, Quick); sent++)
        {
            using var socket = Connect();
            TrySend(socket, random.Next(20) == 0 ? Mutation.Of(Hello(), random) : Hello());
            for (var i = 0; i < FramesPerConnection && TrySend(socket, Mutation.Of(Call(random), random)); i++)
            {
                // Until it closes.
            }
            refused += ReadErrors(socket).Count(MustBeNoFault);
        }

        Console.WriteLine($"{FuzzRun.Count(Full, Quick)} frames to the silo: {refused} errors");
        refused.ShouldBeGreaterThan(0);
        await MustServeAsync(silo);
    }

    [Fact]
    public async Task Mutated_rows_fail_their_training_and_no_worker_dies_of_them()
    {
        var random = new Random(FuzzRun.Seed(nameof(Mutated_rows_fail_their_training_and_no_worker_dies_of_them)));
        var silo = server.SiloPid;
        int refused = 0, fitted = 0;
        for (var i = 0; i < FuzzRun.Count(FullTrainings, QuickTrainings); i++)
        {
            var run = (ulong)random.NextInt64(1, long.MaxValue);
            using var socket = Connect();
            TrySend(socket, Hello());
            TrySend(socket, GoldenFrames.Read("begin_run", 1, run));
            TrySend(socket, GoldenFrames.Read("begin_feed", 2, run));
            TrySend(socket, MutatedRows(random));
            TrySend(socket, new WireWriter().Frame(new EndFeed(RowsPerTraining), 2).Span);
            TrySend(socket, new WireWriter().Frame(new Fit(run, RowsPerTraining), 3).Span);
            var last = ReadUntilFitted(socket);
            fitted += last is null ? 1 : 0;
            refused += last is not null && MustBeNoFault(last) ? 1 : 0;
        }

        Console.WriteLine($"{refused} trainings on mutated rows refused, {fitted} fitted");
        refused.ShouldBeGreaterThan(0);
        fitted.ShouldBeGreaterThan(0, "a fuzz that never gets past the checks tests nothing");
        await MustServeAsync(silo);
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        socket.Connect(new UnixDomainSocketEndPoint(server.SiloSocket));
        return socket;
    }

    private static byte[] Call(Random random) => GoldenFrames.Read(Calls[random.Next(Calls.Length)], (uint)random.Next(3));

    private static byte[] Hello() => new WireWriter().Frame(new Hello(1, 1, 1, "graincast", "0.1.0"), 0).ToArray();

    /// <summary>Rows of the golden training, some bytes of them changed or cut off; the frame itself is whole.</summary>
    private static byte[] MutatedRows(Random random)
    {
        byte[] rows = [.. Enumerable.Range(0, RowsPerTraining).SelectMany(i => (byte[])
            [0, .. BitConverter.GetBytes((double)i), .. BitConverter.GetBytes(2), .. BitConverter.GetBytes(i * 0.5f), .. BitConverter.GetBytes(-1f / (i + 1)), (byte)(i % 2)])];
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            rows[random.Next(rows.Length)] ^= (byte)(1 << random.Next(8));
        }
        return new WireWriter().Frame(new Rows(RowsPerTraining, random.Next(8) == 0 ? rows[..random.Next(rows.Length)] : rows), 2).ToArray();
    }

    private static bool TrySend(Socket socket, ReadOnlySpan<byte> bytes)
    {
        try
        {
            socket.Send(bytes);
            return true;
        }
        catch (SocketException)
        {
            // It has closed, and said why.
            return false;
        }
    }

    private static List<Error> ReadErrors(Socket socket)
    {
        var errors = new List<Error>();
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // It was faster.
        }
        while (Read(socket) is { } frame)
        {
            if (frame.Header.Kind == FrameKind.Error)
            {
                errors.Add(Payload.Read<Error>(frame.Payload));
            }
        }
        return errors;
    }

    private static Error? ReadUntilFitted(Socket socket)
    {
        while (Read(socket) is { } frame)
        {
            if (frame.Header.Kind is FrameKind.Error or FrameKind.Fitted)
            {
                return frame.Header.Kind == FrameKind.Error ? Payload.Read<Error>(frame.Payload) : null;
            }
        }
        throw new EndOfStreamException("the silo closed instead of answering Fit");
    }

    private static (FrameHeader Header, byte[] Payload)? Read(Socket socket)
    {
        try
        {
            return Fill(socket, FrameHeader.SizeBytes) is { } start && FrameHeader.Read(start) is var header && Fill(socket, header.PayloadBytes) is { } payload
                ? (header, payload)
                : null;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It closed with bytes of ours unread.
            return null;
        }
    }

    private static byte[]? Fill(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var received = socket.Receive(bytes.AsSpan(read));
            if (received == 0)
            {
                return null;
            }
            read += received;
        }
        return bytes;
    }

    /// <summary>An error for a user, not one that asks to read the silo's log or tells of a dead worker.</summary>
    private static bool MustBeNoFault(Error error)
    {
        error.SqlState.ShouldNotBe(SqlState.InternalError, error.ToString());
        error.Message.ShouldNotContain("training process", Case.Insensitive, error.ToString());
        return true;
    }

    private async Task MustServeAsync(int silo)
    {
        server.SiloPid.ShouldBe(silo);
        Processes.IsAlive(silo).ShouldBeTrue();
        await using var session = await Session.OpenAsync(server);
        await session.ExecuteAsync("CREATE TEMP TABLE rows AS SELECT i::real AS x, i::real AS y FROM generate_series(1, 50) AS i");
        await session.ExecuteAsync("SELECT * FROM pgml.train('after the fuzz', 'regression', 'rows', 'y')");
    }
}
