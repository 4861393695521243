namespace Graincast.Models;

/// <summary>The images of one node: files named by their hash, written once, never changed.</summary>
public interface IImageStore
{
    /// <summary>The image, or null when the store does not have it.</summary>
    ImageFile? Find(string sha256);

    /// <summary>
    /// Checks hash and structure of the image in <paramref name="source"/> and keeps a durable copy. XX001 when it is damaged,
    /// or is another image than <paramref name="sha256"/>.
    /// </summary>
    ImageFile Add(string sha256, Stream source);

    /// <summary>Remembers who trained an image, as long as the store has it and this silo runs.</summary>
    void Claim(string database, string sha256, string role);

    /// <summary>Whether <paramref name="role"/> trained the image at this node.</summary>
    bool IsClaimedBy(string database, string sha256, string role);
}
