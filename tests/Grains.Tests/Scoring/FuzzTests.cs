using System.Buffers.Binary;
using Shouldly;
using Xunit;

namespace Graincast.Scoring;

/// <summary>Damaged and hostile images. tests/Native/score_fuzz.c does the same under AddressSanitizer.</summary>
public sealed class FuzzTests
{
    private const int Mutations = 10_000;
    private const int TableOffset = 96;
    private const int SectionsOffset = 24;

    private static readonly uint[] Interesting = [0, 1, 2, 7, 8, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff, 0x7f800000, 0x7fc00000];

    [Fact]
    public void A_mutated_image_is_refused_with_a_sentence_or_scores_a_row()
    {
        var seed = Environment.GetEnvironmentVariable("GRAINCAST_FUZZ_SEED") is { } text ? int.Parse(text) : Environment.TickCount;
        // Not the test's own output: that would be lost in just the crash that needs the seed.
        Console.WriteLine($"GRAINCAST_FUZZ_SEED={seed}");
        var random = new Random(seed);
        byte[][] images = [.. SampleModels.ByName.Values.Select(ImageWriter.Write)];
        var opened = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var mutated = Mutate(images[random.Next(images.Length)], random);
            opened += OpensAndScores(mutated) ? 1 : 0;
        }

        Console.WriteLine($"{opened} of {Mutations} mutated images opened.");
        // A fuzz that never gets past the checks, or always, tests nothing.
        opened.ShouldBeInRange(Mutations / 100, Mutations * 9 / 10);
    }

    private static bool OpensAndScores(byte[] image)
    {
        if (image.Length >= 352)
        {
            ImageHash.Compute(image).CopyTo(image, 32);
        }

        try
        {
            using var model = ScoringModel.Open(image);
            var rows = Enumerable.Range(0, 9 * model.Inputs).Select(j => j % 5 == 0 ? float.NaN : j).ToArray();
            var answers = new float[9];
            model.PredictBatch(rows, answers);
            BitConverter.SingleToInt32Bits(model.Predict(rows.AsSpan(0, model.Inputs))).ShouldBe(BitConverter.SingleToInt32Bits(answers[0]));
            model.Scores(rows.AsSpan(0, model.Inputs), new double[model.Outputs]);
            if (model.CanExplain)
            {
                model.Explain(rows.AsSpan(0, model.Inputs), new double[model.Outputs * model.Inputs], new double[model.Outputs]);
            }

            model.PredictJoint(rows.AsSpan(0, model.Inputs), new float[model.Answers]);
            if (model.Task == ModelTask.Classification)
            {
                model.PredictProba(rows.AsSpan(0, model.Inputs), new float[model.Labels.Count]);
            }

            for (var column = 0; column < model.Columns.Count; column++)
            {
                model.Category(column, "red");
            }

            return true;
        }
        catch (InvalidImageException error)
        {
            error.Message.ShouldEndWith(".");
            return false;
        }
    }

    private static byte[] Mutate(byte[] image, Random random)
    {
        var bytes = image.ToArray();
        switch (random.Next(6))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                return Resized(bytes, random);
            case 2:
                FlipIn(bytes, random.Next(8, 352), random);
                return bytes;
            case 3:
                WriteIn(bytes, random.Next(bytes.Length / 4) * 4, random);
                return bytes;
            case 4:
                WriteIn(bytes, random.Next(2) == 0 ? 64 + (4 * random.Next(8)) : TableOffset + (4 * random.Next(13 * 4)), random);
                return bytes;
            default:
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                {
                    FlipIn(bytes, random.Next(352, bytes.Length), random);
                }

                return bytes;
        }
    }

    private static void FlipIn(byte[] bytes, int place, Random random) => bytes[place] ^= (byte)(1 << random.Next(8));

    private static void WriteIn(byte[] bytes, int place, Random random)
    {
        var word = bytes.AsSpan(place, 4);
        var old = BinaryPrimitives.ReadUInt32LittleEndian(word);
        BinaryPrimitives.WriteUInt32LittleEndian(word, random.Next(3) == 0 ? old + (uint)random.Next(-2, 3) : Interesting[random.Next(Interesting.Length)]);
    }

    /// <summary>A section made longer or shorter by whole eights, with every offset and size after it put right.</summary>
    private static byte[] Resized(byte[] bytes, Random random)
    {
        var sections = BitConverter.ToInt32(bytes, SectionsOffset);
        var section = random.Next(sections);
        var entry = TableOffset + (16 * section);
        var offset = (int)BitConverter.ToInt64(bytes, entry);
        var size = (int)BitConverter.ToInt64(bytes, entry + 8);
        var change = 8 * random.Next(-Math.Min(6, size / 8), 7);
        var end = offset + ((size + 7) / 8 * 8);
        byte[] resized = [.. bytes[..(end + Math.Min(change, 0))], .. new byte[Math.Max(change, 0)], .. bytes[end..]];
        BitConverter.TryWriteBytes(resized.AsSpan(entry + 8), (long)size + change);
        BitConverter.TryWriteBytes(resized.AsSpan(16), (long)resized.Length);
        for (var later = section + 1; later < sections; later++)
        {
            var place = resized.AsSpan(TableOffset + (16 * later));
            BinaryPrimitives.WriteInt64LittleEndian(place, BinaryPrimitives.ReadInt64LittleEndian(place) + change);
        }

        return resized;
    }
}
