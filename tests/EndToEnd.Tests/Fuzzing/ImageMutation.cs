using System.Buffers.Binary;
using Graincast.Servers;

namespace Graincast.Fuzzing;

/// <summary>Damages images where it hurts: sizes, counts and offsets of the header, indexes and numbers of the sections, ends cut off or grown.</summary>
public static class ImageMutation
{
    private const int SizeOffset = 16;
    private const int CountsOffset = 64;
    private const int TableOffset = 96;
    private const int Sections = 12;
    private static readonly uint[] Interesting = [0, 1, 2, 7, 8, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff, 0x7f800000, 0x7fc00000];

    /// <summary>A damaged copy that carries its own name, so that its structure is what must be refused.</summary>
    public static byte[] Of(byte[] image, Random random)
    {
        var mutated = Damage([.. image], random);
        TestImages.Rename(mutated);
        return mutated;
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        switch (random.Next(7))
        {
            case 0:
                return bytes[..random.Next(1, bytes.Length)];
            case 1:
                return Sized(bytes[..(random.Next(1, bytes.Length / 8) * 8)]);
            case 2:
                return Sized([.. bytes, .. new byte[8 * random.Next(1, 5)]]);
            case 3:
                Write(bytes, CountsOffset + (4 * random.Next((TableOffset - CountsOffset) / 4)), random);
                return bytes;
            case 4:
                Write(bytes, TableOffset + (4 * random.Next(Sections * 4)), random);
                return bytes;
            case 5:
                Write(bytes, TestImages.HeaderBytes + (4 * random.Next((bytes.Length - TestImages.HeaderBytes) / 4)), random);
                return bytes;
            default:
                for (var flips = random.Next(1, 5); flips > 0; flips--)
                {
                    bytes[random.Next(TestImages.HeaderBytes, bytes.Length)] ^= (byte)(1 << random.Next(8));
                }
                return bytes;
        }
    }

    private static byte[] Sized(byte[] bytes)
    {
        if (bytes.Length >= SizeOffset + 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(SizeOffset), bytes.Length);
        }
        return bytes;
    }

    private static void Write(byte[] bytes, int place, Random random)
    {
        var word = bytes.AsSpan(place, 4);
        var old = BinaryPrimitives.ReadUInt32LittleEndian(word);
        BinaryPrimitives.WriteUInt32LittleEndian(word, random.Next(3) == 0 ? old + (uint)random.Next(-2, 3) : Interesting[random.Next(Interesting.Length)]);
    }
}
