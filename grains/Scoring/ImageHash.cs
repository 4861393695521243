using System.Security.Cryptography;

namespace Graincast.Scoring;

/// <summary>An image's name: the SHA-256 of all its bytes, those of the hash itself read as zero.</summary>
public static class ImageHash
{
    /// <summary>The 32 bytes of the hash, computed.</summary>
    /// <exception cref="InvalidImageException">Too short to hold a hash.</exception>
    public static byte[] Compute(ReadOnlySpan<byte> image)
    {
        ThrowIfShort(image);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(image[..ImageLayout.HashOffset]);
        hash.AppendData(stackalloc byte[ImageLayout.HashBytes]);
        hash.AppendData(image[(ImageLayout.HashOffset + ImageLayout.HashBytes)..]);
        return hash.GetHashAndReset();
    }

    /// <summary>Whether the image still is what its name says.</summary>
    /// <exception cref="InvalidImageException">Too short to hold a hash.</exception>
    public static bool Verify(ReadOnlySpan<byte> image) => Embedded(image).SequenceEqual(Compute(image));

    /// <summary>The name that the image carries, unverified: 64 lower-case hex digits.</summary>
    /// <exception cref="InvalidImageException">Too short to hold a hash.</exception>
    public static string Name(ReadOnlySpan<byte> image) => Convert.ToHexStringLower(Embedded(image));

    /// <summary>Writes the computed hash into the image.</summary>
    internal static void Embed(Span<byte> image) => Compute(image).CopyTo(image[ImageLayout.HashOffset..]);

    private static ReadOnlySpan<byte> Embedded(ReadOnlySpan<byte> image)
    {
        ThrowIfShort(image);
        return image.Slice(ImageLayout.HashOffset, ImageLayout.HashBytes);
    }

    private static void ThrowIfShort(ReadOnlySpan<byte> image)
    {
        if (image.Length < ImageLayout.HeaderBytes)
        {
            throw new InvalidImageException($"An image of {image.Length} bytes is impossible: its header alone has {ImageLayout.HeaderBytes}.");
        }
    }
}
