using System.Globalization;
using System.Text;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Gradient boosted trees by LightGBM (Ke et al., NIPS 2017): squared error, binary or softmax log loss. NaN is a missing value.
/// The settings below the objective make trees repeat bit for bit.
/// </summary>
/// <param name="leavesFollowDepth">
/// As in xgboost and scikit-learn's GradientBoosting, a max_depth without num_leaves means every tree of that depth: 2^depth leaves.
/// </param>
internal sealed class LightGbmTrainer(bool leavesFollowDepth) : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        LightGbmApi.Silence();
        var start = LightGbmStart.Of(part);
        // A machine must be able to draw a row from its own.
        var least = (int)Math.Ceiling(1 / settings.Real("subsample"));
        var own = SmallParts.HandOver(part, least);
        int[] learners = [.. part.Ranks.AllGather<int>([own.LocalRows]).Index().Where(rank => rank.Item[0] > 0).Select(rank => rank.Index)];
        var isTwo = learners.Length == 1 && NeedsTwo(part, least);
        var parameters = Parameters(part.ClassCount, settings, seed, isTwo ? 2 : learners.Length);
        var bins = LightGbmBins.Create(part, parameters);
        var text = own.LocalRows == 0 ? ""
            : isTwo ? GrowAsTwo(own, least, bins, start, settings, parameters, progress)
            : Grow(own, 0..own.LocalRows, part.Ranks.Among(learners), bins, start, settings, parameters, progress);
        if (learners.Length < part.Ranks.Size)
        {
            var bytes = part.Ranks.Broadcast(Encoding.UTF8.GetBytes(text), learners[0]);
            text = own.LocalRows > 0 ? text : Encoding.UTF8.GetString(bytes);
        }

        var learner = LightGbmModelText.Read(text, start);
        var link = part.ClassCount switch { 0 => Link.Identity, 2 => Link.Logistic, _ => Link.Softmax };
        return new Fitted(learner, link, start.Length, new LightGbmBooster(text, start)) { Importance = LightGbmModelText.Gains(text, part.Width) };
    }

    // LightGBM's serial learner counts the rows of a leaf, its parallel one estimates them from their hessians, which are not all 1 in a classification.
    // Where min_data_in_leaf decides, the trees differ. To grow the same trees on any number of nodes, a lone one is two machines, one with hardly a row.
    private static bool NeedsTwo(TrainingPart part, int leastRows) => part.ClassCount > 0 && part.Rows >= 2 * leastRows;

    private static string GrowAsTwo(TrainingPart part, int leastRows, LightGbmBins bins, double[] start, HyperparameterValues settings, string parameters, ProgressReporter progress)
    {
        using var machines = new ThreadParts(2);
        var first = part.LocalRows - leastRows;
        return machines.Run(ranks => Grow(part, ranks.IsRoot ? 0..first : first..part.LocalRows, ranks, bins, start, settings, parameters, ranks.IsRoot ? progress : ProgressReporter.Silent))[0];
    }

    private static string Grow(TrainingPart part, Range rows, Communicator machines, LightGbmBins bins, double[] start, HyperparameterValues settings, string parameters, ProgressReporter progress)
    {
        var labels = part.ClassCount == 0 ? Array.ConvertAll(part.Targets[rows], target => (float)target) : Array.ConvertAll(part.Classes[rows], label => (float)label);
        // It keeps its messages' callback by thread too.
        LightGbmApi.Silence();
        using var network = new LightGbmNetwork(machines);
        using var dataset = new LightGbmDataset(bins, part, rows, labels, start, parameters);
        using var booster = new LightGbmBooster(dataset, parameters);
        var iterations = settings.Integer("n_estimators");
        for (var iteration = 1; iteration <= iterations && booster.Update(); iteration++)
        {
            LightGbmNetwork.ThrowIfFailed();
            progress.Step(iteration, () => $"lightgbm: iteration {iteration} of {iterations}");
        }

        LightGbmNetwork.ThrowIfFailed();
        return booster.Text();
    }

    private string Parameters(int classes, HyperparameterValues settings, long seed, int machines)
    {
        var depth = settings.IntegerOr("max_depth", -1);
        var leaves = settings.Integer("num_leaves");
        if (leavesFollowDepth && depth > 0 && !settings.IsGiven("num_leaves"))
        {
            leaves = Math.Min(1L << (int)Math.Min(depth, 62), BoostingTables.MaxLeaves);
        }

        var subsample = settings.Real("subsample");
        List<(string Name, object Value)> parameters =
        [
            ("objective", classes switch { 0 => "regression", 2 => "binary", _ => "multiclass" }),
            ("learning_rate", settings.Real("learning_rate")),
            ("num_leaves", leaves),
            ("max_depth", depth > 0 ? depth : -1),
            ("min_data_in_leaf", settings.Integer("min_data_in_leaf")),
            ("min_sum_hessian_in_leaf", settings.Real("min_child_weight")),
            ("bagging_fraction", subsample),
            ("bagging_freq", subsample < 1 ? 1 : 0),
            ("feature_fraction", settings.Real("colsample_bytree")),
            ("feature_fraction_bynode", settings.Real("colsample_bynode")),
            ("lambda_l1", settings.Real("reg_alpha")),
            ("lambda_l2", settings.Real("reg_lambda")),
            ("min_gain_to_split", settings.Real("min_split_gain")),
            ("max_bin", settings.Integer("max_bin")),
            ("num_threads", settings.Integer("num_threads")),
            ("seed", seed),
            ("deterministic", "true"),
            ("force_row_wise", "true"),
            ("feature_pre_filter", "false"),
            ("verbosity", -1),
        ];
        if (classes > 2)
        {
            parameters.Add(("num_class", classes));
        }

        if (machines > 1)
        {
            parameters.AddRange([("tree_learner", "data"), ("num_machines", machines), ("pre_partition", "true")]);
        }

        return string.Join(' ', parameters.Select(parameter => string.Create(CultureInfo.InvariantCulture, $"{parameter.Name}={parameter.Value}")));
    }
}
