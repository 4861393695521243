using Graincast.Scoring;
using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;

namespace Graincast.Training;

/// <summary>
/// Random forest (Breiman 2001) by ML.NET's FastForest: trees on bags of rows, sampled without replacement, features drawn at each split.
/// For classification one regression forest on each label's 0/1 indicator, the second's alone for two: a forest's answer is the share of
/// that label among a leaf's rows, averaged over trees, as scikit-learn's predict_proba; the shares are divided by their sum.
/// </summary>
internal sealed class ForestTrainer : ITrainer
{
    // Histograms of open leaves are kept up to this size; more are computed again. 24 bytes a bin.
    private const long HistogramBytes = 256L << 20;
    private const int BytesPerBin = 24;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var outputs = part.ClassCount <= 2 ? 1 : part.ClassCount;
        var context = new MLContext((int)seed);
        var native = new ForestNative(context, part.Width);
        var trees = new List<Tree>();
        var gains = new double[part.Width];
        for (var output = 0; output < outputs; output++)
        {
            var what = part.ClassCount == 0 ? "" : $"label {output + 1} of {outputs}, ";
            progress.Step(output, () => $"random_forest: {what}{settings.Integer("n_estimators")} trees");
            var label = part.ClassCount == 2 ? 1 : output;
            Func<int, float> target = part.ClassCount == 0 ? row => (float)part.Targets[row] : row => part.Classes[row] == label ? 1 : 0;
            var rows = ForestRow.View(context, part.Features, target, row => (float)part.WeightOf(row));
            // ML.NET starts a task for each feature at each split and waits for it: a thread of the pool runs its own tasks itself,
            // any other hands each of them over, which takes ten times as long as the tasks.
            var model = Task.Run(() => context.Regression.Trainers.FastForest(Options(part, settings, seed)).Fit(rows)).GetAwaiter().GetResult();
            var own = ForestTrees.Read(model.Model.TrainedTreeEnsemble, output).ToList();
            if (own.Count > 0)
            {
                native.Add(model);
                trees.AddRange(own);
                ForestTrees.AddGains(model.Model.TrainedTreeEnsemble, gains);
                continue;
            }

            var mean = Enumerable.Range(0, part.LocalRows).Sum(row => part.WeightOf(row) * target(row)) / part.Weight;
            native.AddConstant(mean);
            trees.Add(new Tree(output, [], [mean]));
        }

        var link = part.ClassCount == 0 ? Link.Identity : Link.Share;
        return new Fitted(new TreeLearner([.. LeafRows.Count(trees, part)], new double[outputs], 1), link, outputs, native) { Importance = gains };
    }

    private static FastForestRegressionTrainer.Options Options(TrainingPart part, HyperparameterValues settings, long seed)
    {
        var bins = (int)settings.Integer("max_bin");
        var leaves = (int)settings.IntegerOr("max_leaf_nodes", Math.Clamp(part.LocalRows, 2, BoostingTables.MaxLeaves));
        return new FastForestRegressionTrainer.Options
        {
            LabelColumnName = nameof(ForestRow.Label),
            FeatureColumnName = nameof(ForestRow.Features),
            ExampleWeightColumnName = part.Weights is null ? null : nameof(ForestRow.Weight),
            NumberOfTrees = (int)settings.Integer("n_estimators"),
            NumberOfLeaves = leaves,
            MinimumExampleCountPerLeaf = (int)settings.Integer("min_samples_leaf"),
            FeatureFractionPerSplit = Math.Clamp(FeaturesAtSplit(settings, part.Width) / part.Width, 1.0 / part.Width, 1),
            BaggingSize = 1,
            BaggingExampleFraction = settings.Real("subsample"),
            MaximumBinCountPerFeature = bins,
            // Samples of the labels in each leaf, for quantiles: nobody asks for those here.
            NumberOfQuantileSamples = 1,
            HistogramPoolSize = (int)Math.Clamp(HistogramBytes / ((long)part.Width * bins * BytesPerBin), 2, leaves),
            NumberOfThreads = (int)settings.Integer("num_threads"),
            Seed = (int)seed,
            FeatureSelectionSeed = (int)seed,
        };
    }

    private static double FeaturesAtSplit(HyperparameterValues settings, int features) => settings.Choice("max_features") switch
    {
        "sqrt" => Math.Sqrt(features),
        "log2" => Math.Log2(features),
        "all" => features,
        _ => settings.Real("max_features") is var share and <= 1 ? share * features : settings.Real("max_features"),
    };
}
