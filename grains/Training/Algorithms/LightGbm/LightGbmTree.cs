using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>A tree of a LightGBM model's text, whoever wrote it.</summary>
internal static class LightGbmTree
{
    // decision_type: bit 0 categorical, bit 1 default left, bits 2 and 3 missing type.
    private const int Categorical = 1;
    private const int DefaultLeft = 2;

    /// <summary>The tree as an image has it: each split and leaf is reached once. Rows of leaves are as the text has them, which may be none; empty = it has none.</summary>
    /// <exception cref="GraincastException">22023: a value is missing or wrong. 0A000: a categorical or linear tree.</exception>
    public static Tree Read(LightGbmBlock block, int output, int features)
    {
        ThrowIfOtherThanNumbers(block.Has("num_cat") && block.Integer("num_cat", 0, int.MaxValue) > 0, "splits by categories");
        ThrowIfOtherThanNumbers(block.Has("is_linear") && block.Integer("is_linear", 0, 1) > 0, "linear functions in its leaves");
        var leaves = block.Integer("num_leaves", 1, int.MaxValue);
        var values = block.Numbers("leaf_value", leaves);
        if (!Array.TrueForAll(values, double.IsFinite))
        {
            throw block.Wrong("leaf_value", "has a number that is not finite");
        }

        // Of a lone leaf LightGBM does not count the rows, and nothing depends on them.
        return leaves == 1
            ? new Tree(output, [], values) { LeafRows = [1] }
            : new Tree(output, ReadSplits(block, leaves - 1, features), values) { LeafRows = block.Has("leaf_count") ? block.Integers("leaf_count", leaves) : [] };
    }

    /// <summary>The largest float ≤ threshold, so that <c>x ≤ threshold</c> stays exact for every float x.</summary>
    internal static float RoundDown(double threshold)
    {
        var rounded = (float)threshold;
        return rounded > threshold ? MathF.BitDecrement(rounded) : rounded;
    }

    private static Split[] ReadSplits(LightGbmBlock block, int count, int features)
    {
        var feature = block.Integers("split_feature", count);
        var threshold = block.Numbers("threshold", count);
        var decision = block.Integers("decision_type", count);
        var left = block.Integers("left_child", count);
        var right = block.Integers("right_child", count);
        var isReached = new bool[(2 * (long)count) + 1];
        var splits = new Split[count];
        for (var i = 0; i < count; i++)
        {
            ThrowIfOtherThanNumbers((decision[i] & Categorical) != 0, "splits by categories");
            var missing = (MissingSplit)(decision[i] >> 2);
            Check(decision[i] >= 0 && missing <= MissingSplit.NaN, "decision_type", decision[i]);
            Check(feature[i] >= 0 && feature[i] < features, "split_feature", feature[i]);
            Check(!double.IsNaN(threshold[i]), "threshold", threshold[i]);
            Check(Reach(left[i], i), "left_child", left[i]);
            Check(Reach(right[i], i), "right_child", right[i]);
            splits[i] = new Split(feature[i], RoundDown(threshold[i]), left[i], right[i], missing, (decision[i] & DefaultLeft) != 0);
        }

        return splits;

        // Children follow their parent, as LightGBM grows them. That none is reached twice leaves none out: each split but the first, and one leaf more than splits.
        bool Reach(int child, int parent)
        {
            var place = child >= 0 ? child : count + (long)~child;
            var isChild = child < 0 ? place < isReached.Length : child > parent && child < count;
            return isChild && !isReached[place] && (isReached[place] = true);
        }

        void Check(bool isSo, string key, double found)
        {
            if (!isSo)
            {
                throw block.Wrong(key, $"has {found}, which cannot be there");
            }
        }
    }

    private static void ThrowIfOtherThanNumbers(bool isOther, string what)
    {
        if (isOther)
        {
            throw new GraincastException(
                SqlState.FeatureNotSupported, $"a LightGBM model that has {what} cannot be imported", "Train it without categorical_feature and linear_tree; encode categories as numbers first.");
        }
    }
}
