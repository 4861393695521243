namespace Graincast.Training;

/// <summary>Tries combinations of settings by cross-validation on the training rows; the held-out rows stay unseen.</summary>
internal static class Search
{
    /// <summary>Fits and scores each combination on each fold. All parts get the same results.</summary>
    /// <param name="plan">A training with a search.</param>
    /// <param name="rows">This part's rows.</param>
    /// <param name="training">Those that may be learnt from.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="progress">Told of each combination.</param>
    /// <exception cref="GraincastException">22023: too few rows; what a fit throws, with the combination as its detail.</exception>
    public static SearchResults Run(TrainingPlan plan, TrainingRows rows, int[] training, long seed, ProgressReporter progress)
    {
        var search = plan.Search!;
        var results = new SearchResults(search);
        progress.Say($"search: {search.Trials.Count} combinations on {search.Folds} folds");
        foreach (var (fold, holdout) in rows.Folds(training, search.Folds, seed).Index())
        {
            var data = Prepare(rows, holdout, fold);
            foreach (var (place, trial) in search.Trials.Index())
            {
                progress.Step((fold * search.Trials.Count) + place + 1, () => $"search: fold {fold + 1} of {search.Folds}, combination {place + 1} of {search.Trials.Count}: {trial.Json.GetRawText()}");
                Try(plan.With(trial.Values), trial, data, (score, fitTime, scoreTime) => results.Add(place, fold, score, fitTime, scoreTime));
            }
        }

        progress.Say($"search: best is {search.Trials[results.Best].Json.GetRawText()}, mean {KeyMetric(plan)} {results.MeanScore(results.Best):G4}");
        return results;

        void Try(TrainingPlan tried, SearchTrial trial, IReadOnlyList<TrainingSet> data, Action<double, TimeSpan, TimeSpan> add)
        {
            try
            {
                using var candidates = Candidates.Fit(tried, data, seed, ProgressReporter.Silent);
                var metrics = candidates.Measure(out var scoreTime);
                add(metrics.Value(KeyMetric(plan)), candidates.FitTime, scoreTime);
            }
            catch (GraincastException exception)
            {
                throw new GraincastException(exception.SqlState, exception.Message, exception.Hint, $"In the search, with {trial.Json.GetRawText()}. {exception.Detail}".TrimEnd(), exception);
            }
        }
    }

    private static IReadOnlyList<TrainingSet> Prepare(TrainingRows rows, Holdout holdout, int fold)
    {
        try
        {
            return rows.Prepare(holdout);
        }
        catch (GraincastException exception)
        {
            throw new GraincastException(exception.SqlState, $"fold {fold + 1} of the search: {exception.Message}",
                "Train on more rows, of each label too, pass a smaller cv in search_args, or search => NULL.", exception.Detail, exception);
        }
    }

    /// <summary>What models of a task are compared by, here and when one is deployed.</summary>
    private static string KeyMetric(TrainingPlan plan) => plan.Task switch
    {
        Scoring.ModelTask.Regression => "r2",
        Scoring.ModelTask.Classification => "f1",
        Scoring.ModelTask.Clustering => "silhouette",
        _ => "cumulative_explained_variance",
    };
}
