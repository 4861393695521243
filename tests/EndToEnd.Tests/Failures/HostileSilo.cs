using System.Buffers.Binary;
using System.Text;
using Graincast.Servers;
using Graincast.Wire;

namespace Graincast.Failures;

/// <summary>Answers to BeginRun that no silo gives, and the SQLSTATE that each must become.</summary>
public static class HostileSilo
{
    private const string CharacterNotInRepertoire = "22021";

    public sealed record Case(string SqlState, Action<FakeCall> Reply);

    public static IReadOnlyDictionary<string, Case> Cases { get; } = new Dictionary<string, Case>
    {
        ["another kind"] = new(SqlState.ProtocolViolation, call => call.Reply(new Acknowledged(1))),
        ["a kind of the client's"] = new(SqlState.ProtocolViolation, call => call.Reply(new BeginFeed(1))),
        ["an unknown kind"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes(Changed(call, 4, 250))),
        ["another stream"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes(new WireWriter().Frame(new RunBegun(1), call.Header.Stream + 1).Span)),
        ["flags"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes(Changed(call, 5, 1))),
        ["a frame over the limit"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes(Length(call, FrameHeader.MaxPayloadBytes + 1))),
        ["a length of 4 GiB"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes(Length(call, uint.MaxValue))),
        ["a byte too few"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes(Length(call, 7).AsSpan(..^1))),
        ["a byte too many"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes([.. Length(call, 9), 0])),
        ["half a header, then the end"] = new(SqlState.ConnectionLost, call => Cut(call, 5)),
        ["half a payload, then the end"] = new(SqlState.ConnectionLost, call => Cut(call, 16)),
        ["half a payload, then silence"] = new(SqlState.ConnectionLost, call => call.ReplyBytes(call.FrameOf(new RunBegun(1)).AsSpan(..16))),
        ["64 MiB promised, then the end"] = new(SqlState.ConnectionLost, call => { call.ReplyBytes(Length(call, FrameHeader.MaxPayloadBytes)); call.Close(); }),
        ["the end"] = new(SqlState.ConnectionLost, call => call.Close()),
        ["silence"] = new(SqlState.ConnectionLost, _ => { }),
        ["an error of success"] = new(SqlState.InternalError, call => call.Reply(new Error("00000", "fine", "", ""))),
        ["an error that is a warning"] = new(SqlState.InternalError, call => call.Reply(new Error("01000", "mind", "", ""))),
        ["an error with a state of other bytes"] = new(SqlState.InternalError, call => call.ReplyBytes(Error(call, [0xff, 0, (byte)'\n', (byte)'a', (byte)' '], "x"u8))),
        ["an error in Latin-1"] = new(CharacterNotInRepertoire, call => call.ReplyBytes(Error(call, "22023"u8, [.. "gr"u8, 0xf6, 0xdf, .. "e"u8]))),
        ["an error with a zero byte"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes(Error(call, "22023"u8, "a\0b"u8))),
        ["an error with a text of 4 GiB"] = new(SqlState.ProtocolViolation, call => call.ReplyBytes(Changed(call.FrameOf(new Error("22023", "x", "", "")), FrameHeader.SizeBytes + 5, 255, 255, 255, 255))),
        ["an error without a text"] = new(SqlState.InvalidParameter, call => call.Reply(new Error(SqlState.InvalidParameter, "", "", ""))),
        ["an error with format characters"] = new(SqlState.InvalidParameter, call => call.Reply(new Error(SqlState.InvalidParameter, "%s%n%d", "%s%n", "%n"))),
        ["an error of 8 MiB"] = new(SqlState.InvalidParameter, call => call.Reply(new Error(SqlState.InvalidParameter, new string('x', 8 << 20), "", ""))),
        ["progress in Latin-1"] = new(CharacterNotInRepertoire, call => call.ReplyBytes(Text(call, FrameKind.Progress, [0xe9, 0xe8]))),
        ["progress with a surrogate"] = new(CharacterNotInRepertoire, call => call.ReplyBytes(Text(call, FrameKind.Progress, [0xed, 0xa0, 0x80]))),
        ["a thousand notices, then the end"] = new(SqlState.ConnectionLost, call => { Enumerable.Range(0, 1000).ToList().ForEach(i => call.Reply(new Progress($"%s {i}"))); call.Close(); }),
    };

    private static byte[] Changed(FakeCall call, int at, params byte[] bytes) => Changed(call.FrameOf(new RunBegun(1)), at, bytes);

    private static byte[] Changed(byte[] frame, int at, params byte[] bytes)
    {
        bytes.CopyTo(frame, at);
        return frame;
    }

    private static byte[] Length(FakeCall call, uint payloadBytes)
    {
        var frame = call.FrameOf(new RunBegun(1));
        BinaryPrimitives.WriteUInt32LittleEndian(frame, payloadBytes);
        return frame;
    }

    private static void Cut(FakeCall call, int bytes)
    {
        call.ReplyBytes(call.FrameOf(new RunBegun(1)).AsSpan(0, bytes));
        call.Close();
    }

    /// <summary>An Error frame with bytes that the C# side would not write.</summary>
    private static byte[] Error(FakeCall call, ReadOnlySpan<byte> state, ReadOnlySpan<byte> message) =>
        Frame(call, FrameKind.Error, [.. state, .. BitConverter.GetBytes(message.Length), .. message, .. new byte[8]]);

    private static byte[] Text(FakeCall call, FrameKind kind, ReadOnlySpan<byte> text) => Frame(call, kind, [.. BitConverter.GetBytes(text.Length), .. text]);

    private static byte[] Frame(FakeCall call, FrameKind kind, byte[] payload)
    {
        var frame = new byte[FrameHeader.SizeBytes + payload.Length];
        new FrameHeader(payload.Length, kind, call.Header.Stream).Write(frame);
        payload.CopyTo(frame, FrameHeader.SizeBytes);
        return frame;
    }
}
