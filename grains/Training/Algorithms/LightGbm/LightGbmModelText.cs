using System.Globalization;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Reads the trees out of a LightGBM model text, version v4. Strict: whatever the image cannot express is an error, not a guess.</summary>
internal static class LightGbmModelText
{
    // decision_type: bit 0 categorical, bit 1 default left, bits 2 and 3 missing type.
    private const int Categorical = 1;
    private const int DefaultLeft = 2;
    private const string SplitFeature = "split_feature=";
    private const string SplitGain = "split_gain=";

    /// <summary>The learner: shrinkage is in the leaves already, so factor 1.</summary>
    /// <param name="text">The model.</param>
    /// <param name="start">The score of each output that boosting started from. Trees take turns: tree i belongs to output i mod outputs.</param>
    /// <param name="isAveraged">A forest: the answer is the trees' mean. Each leaf is divided by their number.</param>
    /// <exception cref="GraincastException">XX000: the text has something that is not expected.</exception>
    public static TreeLearner Read(string text, double[] start, bool isAveraged = false)
    {
        var outputs = start.Length;
        var trees = new List<Tree>();
        Dictionary<string, string>? fields = null;
        var saysAverage = false;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("Tree=", StringComparison.Ordinal) || line == "end of trees")
            {
                if (fields is not null)
                {
                    trees.Add(ReadTree(fields, trees.Count % outputs));
                }

                fields = line == "end of trees" ? null : [];
            }
            else if (fields is not null && line.Length > 0)
            {
                var equals = line.IndexOf('=');
                Expect(equals > 0, line);
                fields.Add(line[..equals], line[(equals + 1)..]);
            }
            else if (line.StartsWith("version=", StringComparison.Ordinal))
            {
                Expect(line == "version=v4", line);
            }
            else
            {
                saysAverage |= line == "average_output";
            }
        }

        Expect(saysAverage == isAveraged, saysAverage ? "average_output" : "no average_output");
        Expect(trees.Count > 0 && trees.Count % outputs == 0, $"{trees.Count} trees");
        return new TreeLearner(isAveraged ? trees.ConvertAll(tree => Divide(tree, trees.Count / outputs)) : trees, start, 1);
    }

    /// <summary>What the splits by each feature gained, over all trees.</summary>
    public static double[] Gains(string text, int features)
    {
        var gains = new double[features];
        int[] split = [];
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(SplitFeature, StringComparison.Ordinal))
            {
                split = [.. line[SplitFeature.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            }
            else if (line.StartsWith(SplitGain, StringComparison.Ordinal))
            {
                FeatureImportance.AddGains(split, line[SplitGain.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number), gains);
            }
        }

        return gains;
    }

    private static Tree Divide(Tree tree, int by) => tree with { Leaves = [.. tree.Leaves.Select(value => value / by)] };

    private static Tree ReadTree(Dictionary<string, string> fields, int output)
    {
        var leaves = int.Parse(fields["num_leaves"], CultureInfo.InvariantCulture);
        Expect(fields["num_cat"] == "0" && fields.GetValueOrDefault("is_linear", "0") == "0", "a categorical or linear tree");
        var values = Numbers(fields, "leaf_value", leaves);
        if (leaves == 1)
        {
            return new Tree(output, [], values) { LeafRows = [1] };
        }

        var features = Integers(fields, "split_feature", leaves - 1);
        var thresholds = Numbers(fields, "threshold", leaves - 1);
        var decisions = Integers(fields, "decision_type", leaves - 1);
        var left = Integers(fields, "left_child", leaves - 1);
        var right = Integers(fields, "right_child", leaves - 1);
        var splits = new Split[leaves - 1];
        for (var i = 0; i < splits.Length; i++)
        {
            var missing = decisions[i] >> 2;
            Expect((decisions[i] & Categorical) == 0 && missing is >= (int)MissingSplit.None and <= (int)MissingSplit.NaN, $"decision_type {decisions[i]}");
            splits[i] = new Split(features[i], RoundDown(thresholds[i]), left[i], right[i], (MissingSplit)missing, (decisions[i] & DefaultLeft) != 0);
        }

        // Its parallel learner estimates the rows of a leaf, which may round to none.
        return new Tree(output, splits, values) { LeafRows = Array.ConvertAll(Integers(fields, "leaf_count", leaves), rows => Math.Max(1, rows)) };
    }

    /// <summary>The largest float ≤ threshold, so that <c>x ≤ threshold</c> stays exact for every float x.</summary>
    internal static float RoundDown(double threshold)
    {
        var rounded = (float)threshold;
        return rounded > threshold ? MathF.BitDecrement(rounded) : rounded;
    }

    private static double[] Numbers(Dictionary<string, string> fields, string name, int count)
    {
        var numbers = fields[name].Split(' ').Select(word => Number(word)).ToArray();
        Expect(numbers.Length == count, $"{numbers.Length} numbers in {name}");
        return numbers;
    }

    // LightGBM writes inf where only a missing value goes right.
    private static double Number(string word) => word == "inf" ? double.PositiveInfinity : double.Parse(word, CultureInfo.InvariantCulture);

    private static int[] Integers(Dictionary<string, string> fields, string name, int count)
    {
        var numbers = fields[name].Split(' ').Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        Expect(numbers.Length == count, $"{numbers.Length} numbers in {name}");
        return numbers;
    }

    private static void Expect(bool isSo, string found)
    {
        if (!isSo)
        {
            throw new GraincastException(SqlState.InternalError, "LightGBM's model has a form that an image does not", detail: found);
        }
    }
}
