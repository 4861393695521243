using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>The rows of a run at one of its parts, split and prepared.</summary>
/// <param name="Training">What is learnt from.</param>
/// <param name="EvaluationInputs">Inputs of this part's held-out rows; of its training rows when none are held out anywhere.</param>
/// <param name="EvaluationTargets">Regression: their labels.</param>
/// <param name="EvaluationClasses">Classification: their labels' indexes; −1 = a label that training never saw.</param>
/// <param name="EvaluationHashes">Their content hashes, ascending.</param>
/// <param name="TestRows">Of all parts; 0 = nothing was held out.</param>
/// <param name="Preparation">From inputs to features.</param>
/// <param name="Labels">The labels of the training rows.</param>
internal sealed record TrainingSet(
    TrainingPart Training,
    FloatTable EvaluationInputs,
    double[] EvaluationTargets,
    int[] EvaluationClasses,
    ulong[] EvaluationHashes,
    long TestRows,
    Preparation Preparation,
    LabelColumn Labels)
{
    /// <exception cref="GraincastException">22004 or 22023: rows that cannot be learnt from.</exception>
    public static TrainingSet Create(TrainingPlan plan, RowSet rows, long seed, Communicator ranks, ProgressReporter progress)
    {
        var reader = new InputReader(rows, plan.Preprocess, ranks);
        progress.Say($"read {ranks.Sum((long)rows.Count)} rows, {reader.Width} features");
        var allLabels = LabelColumn.Read(rows, plan.Task, ranks);
        var holdout = Holdout.Choose(rows, allLabels, plan.Sampling, plan.Spec.TestSize, seed, ranks);
        long[] counts = [holdout.Training.Length, holdout.Test.Length];
        ranks.Sum(counts);
        progress.Say(counts[1] > 0
            ? $"split: {counts[0]} training, {counts[1]} test"
            : $"split: {counts[0]} training, none held out: metrics are those of the training rows");
        var labels = allLabels.OnlyLabelsOf(holdout.Training, ranks);
        if (plan.Task == ModelTask.Classification && labels.Labels.Count < 2)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"the training rows have one label only, \"{labels.Labels[0].Text}\"",
                "Classification needs two; test_sampling => 'stratified' keeps every label in the training rows.");
        }

        var training = reader.Read(holdout.Training);
        var test = reader.Read(holdout.Test);
        var preparation = PreparationFitter.Fit(plan.Preprocess, reader, training, EncodingLabels(plan, labels, holdout.Training), ranks);
        var features = preparation.Apply(training);
        FiniteCheck.Run(features, preparation.FeatureNames, plan.Algorithm);
        FiniteCheck.Run(preparation.Apply(test), preparation.FeatureNames, plan.Algorithm);

        var hashes = Array.ConvertAll(holdout.Training, rows.Hash);
        var part = new TrainingPart(ranks, features, preparation.FeatureNames, Pick(labels.Targets, holdout.Training), Pick(labels.Classes, holdout.Training), labels.Labels.Count,
            RowBlocks.Starts(hashes), hashes, counts[0]);
        var evaluation = counts[1] > 0 ? holdout.Test : holdout.Training;
        return new TrainingSet(part, counts[1] > 0 ? test : training, Pick(labels.Targets, evaluation), Pick(labels.Classes, evaluation),
            Array.ConvertAll(evaluation, rows.Hash), counts[1], preparation, labels);
    }

    private static double[] EncodingLabels(TrainingPlan plan, LabelColumn labels, int[] rows)
    {
        var column = plan.Features.FirstOrDefault(column => plan.Preprocess.Of(column.Name).Encode == Encode.Target);
        if (column is not null && labels.Labels.Count > 2)
        {
            throw new GraincastException(SqlState.FeatureNotSupported, $"column \"{column.Name}\" cannot be encoded by a target of {labels.Labels.Count} labels",
                "Their mean has no meaning: use one_hot.");
        }

        return labels.Labels.Count > 0 ? Array.ConvertAll(Pick(labels.Classes, rows), label => (double)label) : Pick(labels.Targets, rows);
    }

    private static T[] Pick<T>(T[] values, int[] rows) => values.Length == 0 ? [] : Array.ConvertAll(rows, row => values[row]);
}
