using System.Buffers.Binary;
using Graincast.Servers;

namespace Graincast.Failures;

/// <summary>The frozen bytes of tests/golden/frames, put on another stream.</summary>
public static class GoldenFrames
{
    private const int StreamOffset = 8;

    public static byte[] Read(string name, uint stream)
    {
        var frame = Convert.FromHexString(File.ReadAllText(Path.Combine(Cli.Repository, "tests", "golden", "frames", name + ".hex")).ReplaceLineEndings(""));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(StreamOffset), stream);
        return frame;
    }

    /// <summary>As <see cref="Read"/>, for a frame whose payload begins with the run.</summary>
    public static byte[] Read(string name, uint stream, ulong run)
    {
        var frame = Read(name, stream);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(Wire.FrameHeader.SizeBytes), run);
        return frame;
    }
}
