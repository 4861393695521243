using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>The rows of a run at one of its parts as they were fed: any split of them can be prepared.</summary>
internal sealed class TrainingRows
{
    private readonly TrainingPlan _plan;
    private readonly RowSet _rows;
    private readonly Communicator _ranks;
    private readonly InputReader _reader;
    private readonly IReadOnlyList<LabelColumn> _labels;

    /// <exception cref="GraincastException">22004 or 22023: rows that cannot be learnt from.</exception>
    public TrainingRows(TrainingPlan plan, RowSet rows, Communicator ranks, ProgressReporter progress)
    {
        (_plan, _rows, _ranks) = (plan, rows, ranks);
        _reader = new InputReader(rows, plan.Preprocess, ranks);
        progress.Say($"read {ranks.Sum((long)rows.Count)} rows, {_reader.Width} features");
        _labels = LabelColumn.ReadAll(rows, plan.Task, ranks);
    }

    // The labels of several columns together make too many groups to split each in proportion: such rows are split as those of a regression.
    private LabelColumn SplitBy => _labels.Count == 1 ? _labels[0] : LabelColumn.None;

    /// <inheritdoc cref="Holdout.Choose"/>
    public Holdout Split(long seed, ProgressReporter progress)
    {
        var holdout = Holdout.Choose(_rows, SplitBy, _plan.Sampling, _plan.Spec.TestSize, seed, _ranks);
        var counts = Count(holdout);
        progress.Say(counts[1] > 0
            ? $"split: {counts[0]} training, {counts[1]} test"
            : $"split: {counts[0]} training, none held out: metrics are those of the training rows");
        return holdout;
    }

    /// <inheritdoc cref="Training.Folds.Split"/>
    public IEnumerable<Holdout> Folds(int[] training, int count, long seed) => Training.Folds.Split(_rows, SplitBy, training, count, seed, _ranks);

    /// <summary>Prepares the rows of a split, once for all labels; what preparing needs to know comes from its training rows.</summary>
    /// <returns>A set a label; they share their features.</returns>
    /// <exception cref="GraincastException">22004 or 22023: rows that cannot be learnt from.</exception>
    public IReadOnlyList<TrainingSet> Prepare(Holdout holdout)
    {
        var counts = Count(holdout);
        LabelColumn[] labels = [.. _labels.Select(column => column.OnlyLabelsOf(holdout.Training, _ranks))];
        if (_plan.Task == ModelTask.Classification)
        {
            foreach (var (place, column) in labels.Index())
            {
                ThrowIfOneLabel(column, _plan.Labels[place].Name);
            }
        }

        var training = _reader.Read(holdout.Training);
        var test = _reader.Read(holdout.Test);
        var preparation = PreparationFitter.Fit(_plan.Preprocess, _reader, training, EncodingLabels(labels[0], holdout.Training), _ranks);
        var features = preparation.Apply(training);
        FiniteCheck.Run(features, preparation.FeatureNames, _plan.Algorithm);
        FiniteCheck.Run(preparation.Apply(test), preparation.FeatureNames, _plan.Algorithm);

        var hashes = Array.ConvertAll(holdout.Training, _rows.Hash);
        return [.. labels.Select(Of)];

        TrainingSet Of(LabelColumn labels)
        {
            var part = new TrainingPart(_ranks, features, preparation.FeatureNames, Pick(labels.Targets, holdout.Training), Pick(labels.Classes, holdout.Training), labels.Labels.Count,
                RowBlocks.Starts(hashes), hashes, counts[0]);
            var evaluation = counts[1] > 0 ? holdout.Test : holdout.Training;
            return new TrainingSet(part, counts[1] > 0 ? test : training, Pick(labels.Targets, evaluation), Pick(labels.Classes, evaluation),
                Array.ConvertAll(evaluation, _rows.Hash), counts[1], preparation, labels);
        }
    }

    private void ThrowIfOneLabel(LabelColumn labels, string column)
    {
        if (labels.Labels.Count < 2)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"the training rows have one label only, \"{labels.Labels[0].Text}\"",
                _labels.Count == 1 ? "Classification needs two; test_sampling => 'stratified' keeps every label in the training rows."
                : $"Classification needs two of column \"{column}\": hold out fewer rows, or train it by itself.");
        }
    }

    private long[] Count(Holdout holdout)
    {
        long[] counts = [holdout.Training.Length, holdout.Test.Length];
        _ranks.Sum(counts);
        return counts;
    }

    private double[] EncodingLabels(LabelColumn labels, int[] rows)
    {
        var column = _plan.Features.FirstOrDefault(column => _plan.Preprocess.Of(column.Name).Encode == Encode.Target);
        if (column is not null && labels.Labels.Count > 2)
        {
            throw new GraincastException(SqlState.FeatureNotSupported, $"column \"{column.Name}\" cannot be encoded by a target of {labels.Labels.Count} labels",
                "Their mean has no meaning: use one_hot.");
        }

        return labels.Labels.Count > 0 ? Array.ConvertAll(Pick(labels.Classes, rows), label => (double)label) : Pick(labels.Targets, rows);
    }

    private static T[] Pick<T>(T[] values, int[] rows) => values.Length == 0 ? [] : Array.ConvertAll(rows, row => values[row]);
}
