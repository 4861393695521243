using Graincast.Placement;
using Graincast.Telemetry;

namespace Graincast.Models;

/// <inheritdoc cref="IModelGrain"/>
[ShardLocal, GrainType("model")]
public sealed class ModelGrain(IImageStore store, ICatalog catalog, INodes nodes) : Grain, IModelGrain
{
    private bool _isCommitted;

    /// <inheritdoc/>
    public async Task<ImageFile> OpenAsync(string role)
    {
        using var activity = GraincastActivity.Source.StartActivity("open");
        (string node, string database, string sha256) = Key();
        if (!_isCommitted && !store.IsClaimedBy(database, sha256, role))
        {
            _isCommitted = await catalog.NamesAsync(database, sha256, CancellationToken.None);
            if (!_isCommitted)
            {
                return await BorrowAsync(node, database, sha256, role);
            }
        }

        return store.Find(sha256) ?? await FetchAsync(database, sha256);
    }

    /// <inheritdoc/>
    public async Task<ImageBytes?> LendAsync(string role)
    {
        (_, string database, string sha256) = Key();
        return store.IsClaimedBy(database, sha256, role) && store.Find(sha256) is { } image ? new ImageBytes(await File.ReadAllBytesAsync(image.Path)) : null;
    }

    private async Task<ImageFile> FetchAsync(string database, string sha256)
    {
        using var image = new MemoryStream();
        if (!await catalog.CopyImageAsync(database, sha256, image, CancellationToken.None))
        {
            throw Unknown(database, sha256, []);
        }

        image.Position = 0;
        return store.Add(sha256, image);
    }

    /// <summary>The image may be of a transaction that is still open, trained at another node: whoever trained it there is asked to be the caller.</summary>
    private async Task<ImageFile> BorrowAsync(string node, string database, string sha256, string role)
    {
        var silent = new List<string>();
        var asked = nodes.Others.Where(other => other != node).ToDictionary(other => AskAsync(other));
        await foreach (Task<ImageBytes?> answer in Task.WhenEach(asked.Keys))
        {
            try
            {
                if (await answer is { } image)
                {
                    ImageFile file = store.Add(sha256, new MemoryStream(image.Bytes, writable: false));
                    store.Claim(database, sha256, role);
                    return file;
                }
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException)
            {
                silent.Add($"node {asked[answer]}: {exception.Message}");
            }
        }

        throw Unknown(database, sha256, silent);

        Task<ImageBytes?> AskAsync(string other) =>
            GrainFactory.GetGrain<IModelGrain>(new NodeKey(other, $"{database}/{sha256}").ToString()).LendAsync(role);
    }

    private (string Node, string Database, string Sha256) Key()
    {
        (string node, string rest) = NodeKey.Parse(this.GetPrimaryKeyString());
        int slash = rest.LastIndexOf('/');
        return (node, rest[..slash], rest[(slash + 1)..]);
    }

    private static GraincastException Unknown(string database, string sha256, IReadOnlyList<string> silent) => new(
        SqlState.UndefinedObject,
        $"no model of database \"{database}\" has the image {sha256}",
        "Train the model again, or look at pgml.models for the images there are.",
        silent.Count > 0 ? $"Silos that did not answer: {string.Join("; ", silent)}" : "");
}
