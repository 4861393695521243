using System.Collections.Concurrent;
using System.Net.Sockets;
using Graincast.Gateway;
using Graincast.Wire;
using Microsoft.Win32.SafeHandles;

namespace Graincast.Servers;

/// <summary>
/// A silo of a test's own making: a real Unix socket, real frames, answers as the test likes. A backend is sent there by
/// <c>SET graincast.socket</c>, which is the superuser's.
/// </summary>
public sealed class FakeSilo : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<byte[]> _frames = new();

    public FakeSilo(GraincastServer server)
    {
        SocketPath = Path.Combine(Path.GetDirectoryName(server.Data)!, $"{Guid.NewGuid():N}"[..8] + ".sock");
        _listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        // Root's Postgres is another user.
        File.SetUnixFileMode(SocketPath, (UnixFileMode)0b110_110_110);
        _listener.Listen();
        new Thread(Accept) { IsBackground = true, Name = "fake silo" }.Start();
    }

    public string SocketPath { get; }

    /// <summary>What it does with a frame of a backend; doing nothing is silence. Asked on the connection's own thread.</summary>
    public Action<FakeCall> Answer { get; set; } = call => call.Behave();

    /// <summary>Every frame that came, whole.</summary>
    public IReadOnlyCollection<byte[]> Frames => _frames;

    /// <summary>The only frame of a kind that came.</summary>
    public byte[] Single(FrameKind kind) => _frames.Single(frame => frame[4] == (byte)kind);

    public void Forget() => _frames.Clear();

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(SocketPath);
    }

    private void Accept()
    {
        while (true)
        {
            try
            {
                var socket = _listener.Accept();
                new Thread(() => Serve(socket)) { IsBackground = true, Name = "fake silo's connection" }.Start();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Serve(Socket socket)
    {
        using var open = socket;
        try
        {
            while (Read(socket, FrameHeader.SizeBytes) is { } start && Read(socket, FrameHeader.Read(start).PayloadBytes) is { } payload)
            {
                byte[] frame = [.. start, .. payload];
                _frames.Enqueue(frame);
                Answer(new FakeCall(socket, frame));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The backend gave up, or the answer was to close.
        }
    }

    private static byte[]? Read(Socket socket, int count)
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
}

/// <summary>One frame of a backend, to be answered.</summary>
public sealed class FakeCall(Socket socket, byte[] frame)
{
    public FrameHeader Header { get; } = FrameHeader.Read(frame);

    public FrameKind Kind => Header.Kind;

    public T Read<T>()
        where T : IFrame<T> => Payload.Read<T>(frame.AsSpan(FrameHeader.SizeBytes));

    public void Reply<T>(T message)
        where T : IFrame<T> => ReplyBytes(FrameOf(message));

    public void Reply<T>(T message, SafeFileHandle descriptor)
        where T : IFrame<T> => DescriptorSender.Send(socket, FrameOf(message), descriptor);

    public void ReplyBytes(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    public void ReplyBytes(ReadOnlySpan<byte> bytes, SafeFileHandle descriptor) => DescriptorSender.Send(socket, bytes, descriptor);

    /// <summary>The bytes of a reply to this call.</summary>
    public byte[] FrameOf<T>(T message)
        where T : IFrame<T> => new WireWriter().Frame(message, Header.Stream).ToArray();

    public void Close() => socket.Dispose();

    /// <summary>What a silo without models says.</summary>
    public void Behave()
    {
        switch (Kind)
        {
            case FrameKind.Hello:
                Reply(new Welcome(FrameHeader.ProtocolVersion, 1, "0", "0.1.0"));
                break;
            case FrameKind.BeginRun:
                Reply(new RunBegun(0));
                break;
            case FrameKind.EndFeed:
                Reply(new Acknowledged(Read<EndFeed>().Rows));
                break;
            case FrameKind.ListRuns:
                Reply(new RunList([]));
                break;
            case FrameKind.Fit or FrameKind.Open:
                Reply(new Error(SqlState.UndefinedObject, "the fake silo has no models", "", ""));
                break;
            default:
                // Cancel, BeginFeed and Rows have no reply.
                break;
        }
    }
}
