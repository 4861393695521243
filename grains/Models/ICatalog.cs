namespace Graincast.Models;

/// <summary>What the silo reads of <c>pgml</c>'s tables, as its own ordinary role.</summary>
public interface ICatalog
{
    /// <summary>Whether a committed model of <paramref name="database"/> has this image.</summary>
    Task<bool> NamesAsync(string database, string sha256, CancellationToken cancellationToken);

    /// <summary>Copies the image's bytes from <c>pgml.files</c>; false when no committed row has them.</summary>
    Task<bool> CopyImageAsync(string database, string sha256, Stream destination, CancellationToken cancellationToken);
}
