using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Graincast.Security;

/// <summary>A client that is not honest: Orleans' own, whose messages are changed on their way out.</summary>
internal static class ForgingConnection
{
    private const int LengthBytes = 4;

    /// <summary>Lets <paramref name="forge"/> change each whole message, behind its two lengths; the preamble stays.</summary>
    public static void UseForger(this IConnectionBuilder connections, Action<byte[]> forge) => connections.Use(next => async context =>
    {
        IDuplexPipe honest = context.Transport;
        var sent = new Pipe();
        context.Transport = new Forged(honest.Input, sent.Writer);
        Task pump = PumpAsync(sent.Reader, honest.Output, forge);
        await next(context);
        await sent.Writer.CompleteAsync();
        await pump;
    });

    private static async Task PumpAsync(PipeReader from, PipeWriter to, Action<byte[]> forge)
    {
        bool isGreeted = false;
        while (true)
        {
            ReadResult result = await from.ReadAsync();
            ReadOnlySequence<byte> rest = result.Buffer;
            while (TryTake(ref rest, isGreeted, out byte[] message))
            {
                if (isGreeted)
                {
                    forge(message);
                }

                isGreeted = true;
                await to.WriteAsync(message);
            }

            from.AdvanceTo(rest.Start, rest.End);
            if (result.IsCompleted)
            {
                await to.CompleteAsync();
                return;
            }
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> rest, bool isGreeted, out byte[] message)
    {
        var reader = new SequenceReader<byte>(rest);
        message = [];
        int bodyBytes = 0;
        if (!reader.TryReadLittleEndian(out int bytes) || (isGreeted && !reader.TryReadLittleEndian(out bodyBytes)))
        {
            return false;
        }

        long whole = bytes + bodyBytes + (isGreeted ? 2 * LengthBytes : LengthBytes);
        if (rest.Length < whole)
        {
            return false;
        }

        message = rest.Slice(0, whole).ToArray();
        rest = rest.Slice(whole);
        return true;
    }

    private sealed record Forged(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
