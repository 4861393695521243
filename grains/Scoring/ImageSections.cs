using System.Buffers.Binary;
using System.Text;

namespace Graincast.Scoring;

/// <summary>The sections of an image while it is written; <see cref="BinaryWriter"/> is little-endian everywhere.</summary>
internal sealed class ImageSections
{
    // A lone surrogate must be an error here, not a replacement character that no row will ever equal.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly BinaryWriter[] _sections =
        [.. Enum.GetValues<ImageSection>().Select(_ => new BinaryWriter(new MemoryStream()))];

    public BinaryWriter this[ImageSection section] => _sections[(int)section];

    /// <summary>Writes a text's offset and length into a section, and the text behind all texts before it.</summary>
    public void WriteText(ImageSection section, string text)
    {
        var bytes = Utf8.GetBytes(text);
        this[section].Write((uint)this[ImageSection.Strings].BaseStream.Length);
        this[section].Write((uint)bytes.Length);
        this[ImageSection.Strings].Write(bytes);
    }

    public void WriteAll(ImageSection section, ReadOnlySpan<double> numbers)
    {
        foreach (var number in numbers)
        {
            this[section].Write(number);
        }
    }

    /// <summary>Header and sections in the table's order, hash still zero. <paramref name="facts"/>: the header's eight numbers.</summary>
    public byte[] Assemble(uint flags, ReadOnlySpan<uint> facts)
    {
        var last = Array.FindLastIndex(_sections, section => section.BaseStream.Length > 0);
        var sections = _sections[..(Math.Max(last, (int)ImageSection.Metadata) + 1)];
        var sizeBytes = sections.Aggregate((long)ImageLayout.HeaderBytes, (end, section) => end + Padded(section.BaseStream.Length));
        if (sizeBytes > int.MaxValue)
        {
            throw new ArgumentException($"The model would have {sizeBytes} bytes; {int.MaxValue} are possible.");
        }

        var image = new byte[sizeBytes];
        ImageLayout.Magic.CopyTo(image);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(8), ImageLayout.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(12), flags);
        BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(16), sizeBytes);
        BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(24), sections.Length);
        for (var i = 0; i < facts.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(64 + (4 * i)), facts[i]);
        }

        var offset = (long)ImageLayout.HeaderBytes;
        for (var i = 0; i < sections.Length; i++)
        {
            var content = ((MemoryStream)sections[i].BaseStream).ToArray();
            BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(ImageLayout.TableOffset + (16 * i)), offset);
            BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(ImageLayout.TableOffset + (16 * i) + 8), content.Length);
            content.CopyTo(image, offset);
            offset += Padded(content.Length);
        }

        return image;
    }

    private static long Padded(long lengthBytes) => (lengthBytes + 7) & ~7L;
}
