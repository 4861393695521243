using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Gradient boosted trees by LightGBM (Ke et al., NIPS 2017): squared error, binary or softmax log loss. NaN is a missing value.
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
        var machines = new LightGbmMachines(part, settings.Real("subsample"), part.ClassCount == 0);
        var parameters = Parameters(part.ClassCount, settings, seed, machines.Count);
        var labels = part.ClassCount == 0 ? Array.ConvertAll(machines.Own.Targets, target => (float)target) : Array.ConvertAll(machines.Own.Classes, label => (float)label);
        var growth = new LightGbmGrowth(machines.Own, LightGbmBins.Create(part, parameters), new LightGbmBags(settings.Real("subsample"), seed), parameters, settings.Integer("n_estimators"), "lightgbm");
        var text = machines.Grow(growth, labels, start, progress);
        var (learner, gains) = LightGbmModelText.Read(text, start);
        var link = part.ClassCount switch { 0 => Link.Identity, 2 => Link.Logistic, _ => Link.Softmax };
        return new Fitted(learner, link, start.Length, new LightGbmBooster(text, start)) { Importance = gains };
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
            // A split has a row at either side; LightGBM, told 0, ends where its estimate of their number is 0.
            ("min_data_in_leaf", Math.Max(1, settings.Integer("min_data_in_leaf"))),
            ("min_sum_hessian_in_leaf", settings.Real("min_child_weight")),
            ("bagging_fraction", subsample),
            ("bagging_freq", subsample < 1 ? 1 : 0),
            ("feature_fraction", settings.Real("colsample_bytree")),
            ("feature_fraction_bynode", settings.Real("colsample_bynode")),
            ("lambda_l1", settings.Real("reg_alpha")),
            ("lambda_l2", settings.Real("reg_lambda")),
            ("min_gain_to_split", settings.Real("min_split_gain")),
            ("max_bin", settings.Integer("max_bin")),
            // LightGBM's 3 leave out two of three thresholds where there are few rows, which its counterparts in scikit-learn and xgboost try.
            ("min_data_in_bin", 1),
            .. LightGbmGrowth.Repeatable(settings.Integer("num_threads"), seed, machines),
        ];
        if (classes > 2)
        {
            parameters.Add(("num_class", classes));
        }

        return LightGbmGrowth.Text(parameters);
    }
}
