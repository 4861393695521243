namespace Graincast.Wire;

/// <summary>A finished training.</summary>
public sealed record Fitted(byte[] Image, long ImageBytes, uint Features, long Rows, uint Nodes, string Hyperparams, string Metrics) : IFrame<Fitted>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Fitted;

    /// <inheritdoc/>
    public static Fitted Read(ref WireReader reader) => new(
        reader.Bytes(32).ToArray(), // sha256 image
        reader.Count(),             // u64 image_bytes
        reader.U32(),               // u32 features
        reader.Count(),             // u64 rows
        reader.U32(),               // u32 nodes
        reader.Str(),               // str hyperparams
        reader.Str());              // str metrics

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Bytes(Image);
        writer.U64((ulong)ImageBytes);
        writer.U32(Features);
        writer.U64((ulong)Rows);
        writer.U32(Nodes);
        writer.Str(Hyperparams);
        writer.Str(Metrics);
    }
}
