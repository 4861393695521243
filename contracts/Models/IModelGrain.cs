using Orleans.Concurrency;

namespace Graincast.Models;

/// <summary>A model at a node: the owner of its image there. Key: <c>node/database/sha256</c>, the hash as lower-case hex.</summary>
[Alias("graincast.model")]
public interface IModelGrain : IGrainWithStringKey
{
    /// <summary>
    /// Sees to it that the image is in this node's store and says where. An image that no committed row names is opened for the role that trained it only,
    /// at whichever node that was. 42704 when nothing names it, XX001 when its bytes are damaged.
    /// </summary>
    [Alias("open")]
    Task<ImageFile> OpenAsync(string role);

    /// <summary>For another node: the image if <paramref name="role"/> trained it at this one, else null.</summary>
    [AlwaysInterleave, Alias("lend")]
    Task<ImageBytes?> LendAsync(string role);
}

/// <summary>An image in the store of a node.</summary>
[GenerateSerializer, Immutable, Alias("graincast.image-file")]
public sealed record ImageFile(
    [property: Id(0)] string Path,
    [property: Id(1)] long SizeBytes);

/// <summary>An image on its way to another node.</summary>
[GenerateSerializer, Immutable, Alias("graincast.image-bytes")]
public sealed record ImageBytes([property: Id(0)] byte[] Bytes);
