using System.Numerics.Tensors;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Forests by LightGBM's random forest mode: the mean of trees, each grown on rows drawn without replacement, or with thresholds drawn at random (extremely
/// randomised trees, Geurts, Ernst, Wehenkel 2006). NaN is a missing value. For classification one forest on each label's 0/1 indicator, the second's alone
/// for two: its answer is the share of that label among a leaf's rows, averaged over trees.
/// </summary>
/// <param name="name">For progress.</param>
/// <param name="isExtra">Random thresholds.</param>
internal sealed class LightGbmForestTrainer(string name, bool isExtra) : ITrainer
{
    // LightGBM grows a forest only when it draws rows or features; of this share of the features it draws all.
    private const double AllFeatures = 0.999999;

    // A tree without a split answers 0, so labels are counted from their mean. As a multiple of 2^-20 it leaves floats and their sums exact.
    private const double ShareUnit = 1 << 20;

    // LightGBM keeps every leaf's histogram, 16 bytes a bin.
    private const long HistogramBytes = 512L << 20;
    private const int BytesPerBin = 16;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        LightGbmApi.Silence();
        var machines = new LightGbmMachines(part, settings.Real("subsample"), isSquared: true);
        var parameters = Parameters(part, settings, seed, machines.Count);
        var growth = new LightGbmGrowth(machines.Own, LightGbmBins.Create(part, parameters), new LightGbmBags(settings.Real("subsample"), seed), parameters, settings.Integer("n_estimators"), name);
        var means = Means(part);
        var native = new LightGbmForest();
        var trees = new List<Tree>();
        var gains = new double[part.Width];
        for (var output = 0; output < means.Length; output++)
        {
            progress.Step(output, () => $"{name}: forest {output + 1} of {means.Length}");
            var labels = Enumerable.Range(0, machines.Own.LocalRows).Select(row => (float)(Label(machines.Own, row, output) - means[output])).ToArray();
            var text = machines.Grow(growth, labels, [], progress);
            native.Add(new LightGbmBooster(text, [means[output]], isAveraged: true));
            var (forest, ownGains) = LightGbmModelText.Read(text, [0], isAveraged: true);
            TensorPrimitives.Add(gains, ownGains, gains);
            trees.AddRange(forest.Trees.Select(tree => tree with { Output = output }));
        }

        return new Fitted(new TreeLearner(trees, means, 1), part.ClassCount == 0 ? Link.Identity : Link.Share, means.Length, native) { Importance = gains };
    }

    private static double Label(TrainingPart part, int row, int output) =>
        part.ClassCount == 0 ? part.Targets[row] : part.Classes[row] == (part.ClassCount == 2 ? 1 : output) ? 1 : 0;

    private static double[] Means(TrainingPart part)
    {
        var outputs = part.ClassCount <= 2 ? 1 : part.ClassCount;
        var sums = part.Sum(outputs, (row, sum) =>
        {
            for (var output = 0; output < outputs; output++)
            {
                sum[output] += Label(part, row, output);
            }
        });
        return Array.ConvertAll(sums, sum => part.ClassCount == 0 ? sum / part.Weight : Math.Round(sum / part.Weight * ShareUnit) / ShareUnit);
    }

    private string Parameters(TrainingPart part, HyperparameterValues settings, long seed, int machines)
    {
        var depth = settings.IntegerOr("max_depth", -1);
        var subsample = settings.Real("subsample");
        return LightGbmGrowth.Text(
        [
            ("objective", "regression"),
            ("boosting", "rf"),
            ("boost_from_average", "false"),
            ("extra_trees", isExtra ? "true" : "false"),
            ("num_leaves", Leaves(part, settings, depth)),
            ("max_depth", depth > 0 ? depth : -1),
            ("min_data_in_leaf", Math.Max(1, settings.Integer("min_data_in_leaf"))),
            ("min_sum_hessian_in_leaf", settings.Real("min_child_weight")),
            ("bagging_fraction", subsample),
            ("bagging_freq", subsample < 1 ? 1 : 0),
            ("feature_fraction", Math.Min(AllFeatures, settings.Real("colsample_bytree"))),
            ("feature_fraction_bynode", Math.Clamp(FeaturesAtSplit(settings, part.Width) / part.Width, 1.0 / part.Width, 1)),
            ("lambda_l1", settings.Real("reg_alpha")),
            ("lambda_l2", settings.Real("reg_lambda")),
            ("min_gain_to_split", settings.Real("min_split_gain")),
            ("max_bin", settings.Integer("max_bin")),
            // A forest is meant to split wherever it can.
            ("min_data_in_bin", 1),
            .. LightGbmGrowth.Repeatable(settings.Integer("num_threads"), seed, machines),
        ]);
    }

    // Unless asked for fewer: as many as the depth or the rows allow.
    private static long Leaves(TrainingPart part, HyperparameterValues settings, long depth)
    {
        if (!settings.IsNull("num_leaves"))
        {
            return settings.Integer("num_leaves");
        }

        var most = Math.Clamp(HistogramBytes / ((long)part.Width * settings.Integer("max_bin") * BytesPerBin), 2, BoostingTables.MaxLeaves);
        var wanted = depth > 0 ? 1L << (int)Math.Min(depth, 62) : part.Rows;
        return Math.Clamp(Math.Min(wanted, part.Rows), 2, most);
    }

    private static double FeaturesAtSplit(HyperparameterValues settings, int features) => settings.Choice("colsample_bynode") switch
    {
        "sqrt" => Math.Sqrt(features),
        "log2" => Math.Log2(features),
        "all" => features,
        _ => settings.Real("colsample_bynode") is var share and <= 1 ? share * features : settings.Real("colsample_bynode"),
    };
}
