using Graincast.Placement;
using Graincast.Telemetry;

namespace Graincast.Models;

/// <inheritdoc cref="IModelGrain"/>
[ShardLocal, GrainType("model")]
public sealed class ModelGrain(IImageStore store, ICatalog catalog, INodes nodes) : Grain, IModelGrain
{
    private const int PartBytes = 8 << 20;

    private bool _isCommitted;

    /// <inheritdoc/>
    public async Task<ImageFile> OpenAsync(string role)
    {
        using var activity = GraincastActivity.Source.StartActivity("open");
        (string database, string sha256) = DatabaseAndHash();
        if (!_isCommitted && !store.IsClaimedBy(database, sha256, role))
        {
            _isCommitted = await catalog.NamesAsync(database, sha256, CancellationToken.None);
            if (!_isCommitted)
            {
                return await BorrowAsync(role, database, sha256);
            }
        }

        return store.Find(sha256) ?? await FetchAsync(database, sha256);
    }

    /// <inheritdoc/>
    public async Task<ImagePart?> ReadAsync(string role, long offset)
    {
        (string database, string sha256) = DatabaseAndHash();
        if (!store.IsClaimedBy(database, sha256, role) || store.Find(sha256) is not { } file)
        {
            return null;
        }

        using var image = File.OpenHandle(file.Path);
        byte[] bytes = new byte[Math.Clamp(file.SizeBytes - offset, 0, PartBytes)];
        int read = await RandomAccess.ReadAsync(image, bytes, offset);
        return new ImagePart(bytes[..read]);
    }

    // Trained in a transaction that is still open, at another node: the first one that has it for this role.
    private async Task<ImageFile> BorrowAsync(string role, string database, string sha256)
    {
        var silent = new List<string>();
        var asked = nodes.Others.ToDictionary(node => Peer(node).ReadAsync(role, 0));
        await foreach (Task<ImagePart?> answer in Task.WhenEach(asked.Keys))
        {
            try
            {
                if (await answer is { } first)
                {
                    ImageFile file = store.Add(sha256, await ReadAllAsync(Peer(asked[answer]), role, first));
                    store.Claim(database, sha256, role);
                    return file;
                }
            }
            catch (Exception exception) when (NodeLost.IsCauseOf(exception))
            {
                silent.Add($"node {asked[answer]}: {exception.Message}");
            }
        }

        throw Unknown(database, sha256, silent.Count > 0 ? $"Silos that did not answer: {string.Join("; ", silent)}" : "");

        IModelGrain Peer(string node) => GrainFactory.GetGrain<IModelGrain>(new NodeKey(node, $"{database}/{sha256}").ToString());
    }

    private static async Task<MemoryStream> ReadAllAsync(IModelGrain peer, string role, ImagePart first)
    {
        var image = new MemoryStream();
        for (ImagePart? part = first; part is { Bytes.Length: > 0 }; part = await peer.ReadAsync(role, image.Length))
        {
            image.Write(part.Bytes);
        }

        image.Position = 0;
        return image;
    }

    private async Task<ImageFile> FetchAsync(string database, string sha256)
    {
        using var image = new MemoryStream();
        if (!await catalog.CopyImageAsync(database, sha256, image, CancellationToken.None))
        {
            throw Unknown(database, sha256);
        }

        image.Position = 0;
        return store.Add(sha256, image);
    }

    private (string Database, string Sha256) DatabaseAndHash()
    {
        string rest = NodeKey.Parse(this.GetPrimaryKeyString()).Rest;
        int slash = rest.LastIndexOf('/');
        return (rest[..slash], rest[(slash + 1)..]);
    }

    private static GraincastException Unknown(string database, string sha256, string detail = "") => new(
        SqlState.UndefinedObject,
        $"no model of database \"{database}\" has the image {sha256}",
        "Train the model again, or look at pgml.models for the images there are.",
        detail);
}
