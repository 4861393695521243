using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>The rows of one node that are learnt from, sorted by content hash, and the others' beside them.</summary>
/// <param name="Ranks">The parts that learn together.</param>
/// <param name="Features">Local rows × features, prepared.</param>
/// <param name="Names">The column that each feature comes from.</param>
/// <param name="Targets">Regression: the label of each row; else empty.</param>
/// <param name="Classes">Classification: the index of each row's label; else empty.</param>
/// <param name="ClassCount">Different labels, 0 unless classification.</param>
/// <param name="BlockStarts">Of <see cref="RowBlocks"/>.</param>
/// <param name="Hashes">The content hash of each local row, ascending.</param>
/// <param name="Rows">Rows of all parts.</param>
/// <param name="Weights">How often each local row counts, above 0; null = each once.</param>
internal sealed record TrainingPart(
    Communicator Ranks,
    FloatTable Features,
    IReadOnlyList<string> Names,
    double[] Targets,
    int[] Classes,
    int ClassCount,
    int[] BlockStarts,
    ulong[] Hashes,
    long Rows,
    double[]? Weights)
{
    /// <summary>Rows of this part.</summary>
    public int LocalRows => Features.Rows;

    public int Width => Features.Width;

    /// <summary>Of all parts' rows: their number, unless they have weights.</summary>
    public double Weight { get; private init; } = Rows;

    /// <summary>How often a local row counts.</summary>
    public double WeightOf(int row) => Weights is null ? 1 : Weights[row];

    /// <summary>The same with <see cref="Weight"/> summed over all parts, who must all call it.</summary>
    public TrainingPart Weighed() => Weights is null ? this : this with { Weight = Sum(1, (_, sum) => sum[0]++)[0] };

    /// <summary>Adds one term a row, times the row's weight, over all parts, block by block at each.</summary>
    /// <param name="length">Numbers in the sum.</param>
    /// <param name="add">Adds a local row's term, as if it counted once.</param>
    /// <returns>The sum over all rows of all parts.</returns>
    public double[] Sum(int length, Action<int, double[]> add)
    {
        var total = new double[length];
        var block = new double[length];
        var term = Weights is null ? [] : new double[length];
        for (var b = 0; b < RowBlocks.Count; b++)
        {
            if (BlockStarts[b] == BlockStarts[b + 1])
            {
                continue;
            }

            Array.Clear(block);
            for (var row = BlockStarts[b]; row < BlockStarts[b + 1]; row++)
            {
                if (Weights is null)
                {
                    add(row, block);
                    continue;
                }

                Array.Clear(term);
                add(row, term);
                TensorPrimitives.MultiplyAdd(term, Weights[row], block, block);
            }

            TensorPrimitives.Add(total, block, total);
        }

        Ranks.Sum(total);
        return total;
    }
}
