namespace Graincast.Wire;

/// <summary>The frozen bytes of a frame: tests/golden/frames, one file a kind, hexadecimal.</summary>
public sealed record GoldenFrame(byte[] Bytes)
{
    public const string OnFailure =
        "The bytes of PROTOCOL.md changed. Backends and silos of different releases meet on this socket: give the protocol a new version instead of editing the golden file.";

    public ReadOnlySpan<byte> Payload => Bytes.AsSpan(FrameHeader.SizeBytes);

    public FrameHeader Header => FrameHeader.Read(Bytes);

    public static GoldenFrame Read(string name) => new(Convert.FromHexString(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "frames", name + ".hex")).ReplaceLineEndings("")));

    public static IEnumerable<string> Names => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "golden", "frames"), "*.hex")
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Order(StringComparer.Ordinal);
}
