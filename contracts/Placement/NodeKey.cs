namespace Graincast.Placement;

/// <summary>
/// The key of a grain that lives at one node: <c>node/rest</c>. The placement reads the node from it, so the key alone says where the grain is.
/// </summary>
public readonly record struct NodeKey(string Node, string Rest)
{
    /// <summary>The grain's string key.</summary>
    public override string ToString() => $"{Node}/{Rest}";

    /// <summary>Reads a key back. Throws <see cref="FormatException"/> when it names no node.</summary>
    public static NodeKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        int slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? new NodeKey(key[..slash], key[(slash + 1)..])
            : throw new FormatException($"grain key \"{key}\" names no node; expected node/rest");
    }
}
