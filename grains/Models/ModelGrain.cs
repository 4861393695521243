using Graincast.Placement;
using Graincast.Telemetry;

namespace Graincast.Models;

/// <inheritdoc cref="IModelGrain"/>
[ShardLocal, GrainType("model")]
public sealed class ModelGrain(IImageStore store, ICatalog catalog) : Grain, IModelGrain
{
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
                throw Unknown(database, sha256);
            }
        }

        return store.Find(sha256) ?? await FetchAsync(database, sha256);
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

    private static GraincastException Unknown(string database, string sha256) => new(
        SqlState.UndefinedObject,
        $"no model of database \"{database}\" has the image {sha256}",
        "Train the model again, or look at pgml.models for the images there are.");
}
