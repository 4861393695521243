using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>A candidate for each label, all fitted to the same prepared rows; one only, unless labels are learnt together.</summary>
internal sealed class Candidates : IDisposable
{
    private readonly TrainingPlan _plan;
    private readonly IReadOnlyList<TrainingSet> _data;
    private readonly List<Candidate> _all = [];

    private Candidates(TrainingPlan plan, IReadOnlyList<TrainingSet> data) => (_plan, _data) = (plan, data);

    /// <summary>Of all fits together.</summary>
    public TimeSpan FitTime => new(_all.Sum(candidate => candidate.FitTime.Ticks));

    /// <param name="plan">The algorithm and its settings.</param>
    /// <param name="data">What <see cref="TrainingRows.Prepare"/> gives: a set a label.</param>
    /// <param name="seed">Of the run, the same for each label: a label alone gives the same model.</param>
    /// <param name="progress">Told of each label.</param>
    /// <exception cref="GraincastException">The data or a setting cannot be learnt from.</exception>
    public static Candidates Fit(TrainingPlan plan, IReadOnlyList<TrainingSet> data, long seed, ProgressReporter progress)
    {
        var candidates = new Candidates(plan, data);
        try
        {
            foreach (var (place, set) in data.Index())
            {
                if (data.Count > 1)
                {
                    progress.Say($"label {place + 1} of {data.Count}: \"{plan.Labels[place].Name}\"");
                }

                candidates._all.Add(Candidate.Fit(plan, set, seed, progress));
            }

            return candidates;
        }
        catch
        {
            candidates.Dispose();
            throw;
        }
    }

    /// <summary>The image that answers for all labels, the same at all parts.</summary>
    public byte[] Join(long seed)
    {
        var (first, part) = (_all[0], _data[0].Training);
        return _all.Count == 1 ? first.Image : part.Ranks.Broadcast(!part.Ranks.IsRoot ? [] : ImageWriter.Write(first.Definition with
        {
            MetadataJson = ImageMetadata.Write(_plan, seed, part.Rows, FeatureImportance.Mean([.. _all.Select(candidate => candidate.Importance)])),
            Joint = [.. _all.Skip(1).Select(candidate => candidate.Image)],
        }));
    }

    /// <summary>Compares each label's model with its trainer, and the image's answers with those of each model.</summary>
    /// <exception cref="GraincastException">XX000: they differ.</exception>
    public void Check(byte[] image)
    {
        foreach (var (candidate, set) in _all.Zip(_data))
        {
            new AgreementCheck(candidate.Model, set.Preparation, candidate.Fitted.Native, _plan.Algorithm.NonFinite).Run(set.EvaluationInputs);
        }

        if (_all.Count > 1)
        {
            using var joint = ScoringModel.Open(image);
            AgreementCheck.RunJoint(joint, [.. _all.Select(candidate => candidate.Model)], _data[0].EvaluationInputs);
        }
    }

    /// <summary>The metrics on the rows that are held out.</summary>
    public MetricList Measure(out TimeSpan scoreTime)
    {
        scoreTime = TimeSpan.Zero;
        var lists = new List<MetricList>();
        foreach (var (candidate, set) in _all.Zip(_data))
        {
            lists.Add(candidate.Measure(set, out var time));
            scoreTime += time;
        }

        return lists.Count == 1 ? lists[0] : MetricList.OfLabels([.. _plan.Labels.Select(label => label.Name)], lists);
    }

    public void Dispose() => _all.ForEach(candidate => candidate.Dispose());
}
