using Orleans.Concurrency;

namespace Graincast.Models;

/// <summary>A model at a node: the owner of its image there. Key: <c>node/database/sha256</c>, the hash as lower-case hex.</summary>
[Alias("graincast.model")]
public interface IModelGrain : IGrainWithStringKey
{
    /// <summary>
    /// Sees to it that the image is in this node's store and says where. An image that no committed row names is opened for the role that trained it only,
    /// at whichever node that was.
    /// 42704 when nothing names it, XX001 when its bytes are damaged.
    /// </summary>
    [Alias("open")]
    Task<ImageFile> OpenAsync(string role);

    /// <summary>
    /// Bytes of an image that <paramref name="role"/> trained at this node, from <paramref name="offset"/> on; none at its end. Null when it was not
    /// trained here, or not by that role.
    /// </summary>
    [Alias("read"), AlwaysInterleave]
    Task<ImagePart?> ReadAsync(string role, long offset);

    /// <summary>
    /// Raw scores, rows × outputs, of rows × inputs, by an external model (an ONNX file), which a process of this node scores. Who may is as with
    /// <see cref="OpenAsync"/>. 22023 when the model fails on them, 53200 and 57014 over a budget, 08006 when its process dies.
    /// </summary>
    [Alias("score"), AlwaysInterleave, ResponseTimeout("00:01:00")]
    Task<double[]> ScoreAsync(string role, float[] inputs);

    /// <summary>
    /// Reads the row with this key from the project's feature source, through the Postgres beside this silo, and scores it. Calls that come while others are read share a
    /// query. When a newer deployment than <paramref name="deployment"/> is there by now, that one is returned instead of an answer.
    /// </summary>
    [Alias("predict-by-key"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<KeyAnswer> PredictByKeyAsync(string project, RowKey key, Deployment deployment, CancellationToken cancellationToken);
}

/// <summary>Either a prediction, or the deployment that must be asked instead.</summary>
[GenerateSerializer, Immutable, Alias("graincast.key-answer")]
public sealed record KeyAnswer(
    [property: Id(0)] Prediction? Prediction,
    [property: Id(1)] Deployment? Newer);

/// <summary>An image in the store of a node.</summary>
[GenerateSerializer, Immutable, Alias("graincast.image-file")]
public sealed record ImageFile(
    [property: Id(0)] string Path,
    [property: Id(1)] long SizeBytes);

/// <summary>Bytes of an image on their way to another node.</summary>
[GenerateSerializer, Immutable, Alias("graincast.image-part")]
public sealed record ImagePart([property: Id(0)] byte[] Bytes);
