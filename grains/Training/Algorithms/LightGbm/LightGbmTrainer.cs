using System.Globalization;
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
        var outputs = part.ClassCount <= 2 ? 1 : part.ClassCount;
        var parameters = Parameters(part.ClassCount, settings, seed);
        var labels = part.ClassCount == 0 ? Array.ConvertAll(part.Targets, target => (float)target) : Array.ConvertAll(part.Classes, label => (float)label);
        using var dataset = new LightGbmDataset(part, labels, parameters);
        using var booster = new LightGbmBooster(dataset, outputs, parameters);
        var iterations = settings.Integer("n_estimators");
        for (var iteration = 1; iteration <= iterations && booster.Update(); iteration++)
        {
            progress.Step(() => $"lightgbm: iteration {iteration} of {iterations}");
        }

        var text = booster.Text();
        var learner = LightGbmModelText.Read(text, outputs);
        var link = part.ClassCount switch { 0 => Link.Identity, 2 => Link.Logistic, _ => Link.Softmax };
        return new Fitted(learner, link, outputs, new LightGbmBooster(text, outputs));
    }

    private string Parameters(int classes, HyperparameterValues settings, long seed)
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

        return string.Join(' ', parameters.Select(parameter => string.Create(CultureInfo.InvariantCulture, $"{parameter.Name}={parameter.Value}")));
    }
}
