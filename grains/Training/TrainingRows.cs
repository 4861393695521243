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
    private readonly double[]? _weights;

    /// <exception cref="GraincastException">22004 or 22023: rows that cannot be learnt from.</exception>
    public TrainingRows(TrainingPlan plan, RowSet rows, Communicator ranks, ProgressReporter progress)
    {
        (_plan, _rows, _ranks) = (plan, rows, ranks);
        _reader = new InputReader(rows, plan.Preprocess, ranks);
        progress.Say($"read {ranks.Sum((long)rows.Count)} rows, {_reader.Width} features");
        var (labels, weights) = (new LabelReader(rows), new WeightReader(rows));
        // In one pass: where a row is to be is anywhere in memory, and brought into the cache once.
        rows.Visit((RowSet.Visitor)labels.Read + weights.Read + _reader.Read);
        _labels = labels.Columns(plan.Task, ranks);
        _weights = weights.Weights;
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

        // A row of weight 0 is one of the training rows in all but the learning.
        var learnt = _weights is null ? holdout.Training : Array.FindAll(holdout.Training, row => _weights[row] > 0);
        var (training, test) = (_reader.Inputs.Select(holdout.Training), _reader.Inputs.Select(holdout.Test));
        var preparation = PreparationFitter.Fit(_plan.Preprocess, _reader, training, EncodingLabels(labels[0], holdout.Training), _ranks);
        var features = preparation.Apply(learnt.Length == holdout.Training.Length ? training : _reader.Inputs.Select(learnt));
        FiniteCheck.Run(features, preparation.FeatureNames, _plan.Algorithm);
        FiniteCheck.Run(preparation.Apply(test), preparation.FeatureNames, _plan.Algorithm);

        var hashes = Pick(_rows.Hashes, learnt);
        return [.. labels.Select(Of)];

        TrainingSet Of(LabelColumn labels)
        {
            var part = new TrainingPart(_ranks, features, preparation.FeatureNames, Pick(labels.Targets, learnt), Pick(labels.Classes, learnt), labels.Labels.Count,
                RowBlocks.Starts(hashes), hashes, CountLearnt(labels, learnt), _weights is null ? null : Pick(_weights, learnt)).Weighed();
            var evaluation = counts[1] > 0 ? holdout.Test : holdout.Training;
            return new TrainingSet(part, counts[1] > 0 ? test : training, Pick(labels.Targets, evaluation), Pick(labels.Classes, evaluation),
                Pick(_rows.Hashes, evaluation), counts[1], preparation, labels);
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

    // Of all parts.
    private long CountLearnt(LabelColumn labels, int[] learnt)
    {
        var counts = new long[Math.Max(1, labels.Labels.Count)];
        foreach (var row in learnt)
        {
            counts[labels.Labels.Count > 0 ? labels.Classes[row] : 0]++;
        }

        _ranks.Sum(counts);
        var none = Array.IndexOf(counts, 0);
        return none < 0 || _weights is null ? counts.Sum() : throw new GraincastException(SqlState.InvalidParameter,
            counts.Sum() == 0 ? "all training rows have the weight 0" : $"all training rows of label \"{labels.Labels[none].Text}\" have the weight 0",
            "Give some of them a weight above 0, or leave such rows out in a view.");
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

    // Rows ascend, each at most once: so many are all.
    private static T[] Pick<T>(T[] values, int[] rows) => values.Length == 0 || values.Length == rows.Length ? values : Array.ConvertAll(rows, row => values[row]);
}
