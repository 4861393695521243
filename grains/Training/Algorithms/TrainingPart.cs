namespace Graincast.Training;

/// <summary>The rows that are learnt from, sorted by content hash.</summary>
/// <param name="Features">Rows × features, prepared.</param>
/// <param name="Names">The column that each feature comes from.</param>
/// <param name="Targets">Regression: the label of each row; else empty.</param>
/// <param name="Classes">Classification: the index of each row's label; else empty.</param>
/// <param name="ClassCount">Different labels, 0 unless classification.</param>
/// <param name="BlockStarts">Of <see cref="RowBlocks"/>.</param>
internal sealed record TrainingPart(FloatTable Features, IReadOnlyList<string> Names, double[] Targets, int[] Classes, int ClassCount, int[] BlockStarts)
{
    public int Rows => Features.Rows;

    public int Width => Features.Width;

    /// <summary>Adds one term a row, block by block.</summary>
    /// <param name="length">Numbers in the sum.</param>
    /// <param name="add">Adds row's term to the block's sum.</param>
    /// <returns>The sum over all rows.</returns>
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

        return total;
    }
}
