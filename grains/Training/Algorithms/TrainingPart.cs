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
internal sealed record TrainingPart(
    Communicator Ranks,
    FloatTable Features,
    IReadOnlyList<string> Names,
    double[] Targets,
    int[] Classes,
    int ClassCount,
    int[] BlockStarts,
    ulong[] Hashes,
    long Rows)
{
    /// <summary>Rows of this part.</summary>
    public int LocalRows => Features.Rows;

    public int Width => Features.Width;

    /// <summary>Adds one term a row over all parts, block by block at each.</summary>
    /// <param name="length">Numbers in the sum.</param>
    /// <param name="add">Adds a local row's term to the block's sum.</param>
    /// <returns>The sum over all rows of all parts.</returns>
    public double[] Sum(int length, Action<int, double[]> add)
    {
        var total = new double[length];
        var block = new double[length];
        for (var b = 0; b < RowBlocks.Count; b++)
        {
            if (BlockStarts[b] == BlockStarts[b + 1])
            {
                continue;
            }

            Array.Clear(block);
            for (var row = BlockStarts[b]; row < BlockStarts[b + 1]; row++)
            {
                add(row, block);
            }

            System.Numerics.Tensors.TensorPrimitives.Add(total, block, total);
        }

        Ranks.Sum(total);
        return total;
    }
}
