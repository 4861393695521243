using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>Hands the rows of parts that have too few of them to learn from over to the part that has most.</summary>
internal static class SmallParts
{
    // After a row's features: its label and its weight.
    private const int More = 2;

    /// <param name="part">This part's rows.</param>
    /// <param name="leastRows">A part with fewer gives them away.</param>
    /// <returns>What this part learns from; none when it gave them away.</returns>
    public static TrainingPart HandOver(TrainingPart part, int leastRows)
    {
        var rows = Array.ConvertAll(part.Ranks.AllGather<int>([part.LocalRows]), counts => counts[0]);
        var receiver = Array.IndexOf(rows, rows.Max());
        var givers = Enumerable.Range(0, rows.Length).Where(rank => rank != receiver && rows[rank] > 0 && rows[rank] < leastRows).ToArray();
        if (givers.Length == 0)
        {
            return part;
        }

        var isGiver = givers.Contains(part.Ranks.Rank);
        var outgoing = new ReadOnlyMemory<byte>?[part.Ranks.Size];
        if (isGiver)
        {
            outgoing[receiver] = Write(part);
        }

        var isReceiver = part.Ranks.Rank == receiver;
        var received = part.Ranks.Exchange(outgoing, [.. rows.Select((_, rank) => isReceiver && givers.Contains(rank))]);
        return isGiver ? part with { Features = new FloatTable(0, part.Width), Targets = [], Classes = [], Weights = part.Weights is null ? null : [] }
            : isReceiver ? Join(part, [.. givers.Select(rank => received[rank])])
            : part;
    }

    // All as doubles.
    private static byte[] Write(TrainingPart part)
    {
        var length = part.Width + More;
        var numbers = new double[part.LocalRows * length];
        for (var row = 0; row < part.LocalRows; row++)
        {
            var features = part.Features.Row(row);
            for (var i = 0; i < features.Length; i++)
            {
                numbers[row * length + i] = features[i];
            }

            numbers[row * length + part.Width] = part.ClassCount > 0 ? part.Classes[row] : part.Targets[row];
            numbers[row * length + part.Width + 1] = part.WeightOf(row);
        }

        return MemoryMarshal.AsBytes<double>(numbers).ToArray();
    }

    private static TrainingPart Join(TrainingPart part, byte[][] others)
    {
        double[] numbers = [.. others.SelectMany(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray())];
        var length = part.Width + More;
        var more = numbers.Length / length;
        var features = new FloatTable(part.LocalRows + more, part.Width);
        for (var row = 0; row < part.LocalRows; row++)
        {
            part.Features.Row(row).CopyTo(features.Row(row));
        }

        var labels = new double[more];
        var weights = new double[more];
        for (var row = 0; row < more; row++)
        {
            var own = numbers.AsSpan(row * length, length);
            for (var i = 0; i < part.Width; i++)
            {
                features.Row(part.LocalRows + row)[i] = (float)own[i];
            }

            labels[row] = own[part.Width];
            weights[row] = own[part.Width + 1];
        }

        return part with
        {
            Features = features,
            Targets = part.ClassCount > 0 ? [] : [.. part.Targets, .. labels],
            Classes = part.ClassCount > 0 ? [.. part.Classes, .. labels.Select(label => (int)label)] : [],
            Weights = part.Weights is null ? null : [.. part.Weights, .. weights],
        };
    }
}
