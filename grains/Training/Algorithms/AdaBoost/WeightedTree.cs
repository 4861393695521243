using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>A tree with the mean of its weighted rows in each leaf: of their numbers, or of each label's indicator.</summary>
/// <param name="Splits">As an image has them.</param>
/// <param name="Leaves">Leaf by leaf: one mean, or a share for each label.</param>
/// <param name="Gains">Of each split: by how much it lowers Σ weight · squared error.</param>
internal sealed record WeightedTree(Split[] Splits, double[][] Leaves, double[] Gains)
{
    /// <summary>The leaf that a row falls into.</summary>
    public int Leaf(ReadOnlySpan<float> features) => LeafRows.LeafOf(Splits, features);
}
