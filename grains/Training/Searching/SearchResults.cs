using System.Text.Json;

namespace Graincast.Training;

/// <summary>What each combination scored on each fold, in the form that PostgresML stores: scikit-learn's <c>cv_results_</c>.</summary>
internal sealed class SearchResults(SearchPlan plan)
{
    private readonly double[,] _fitTimes = new double[plan.Trials.Count, plan.Folds];
    private readonly double[,] _scoreTimes = new double[plan.Trials.Count, plan.Folds];
    private readonly double[,] _scores = new double[plan.Trials.Count, plan.Folds];

    /// <summary>The place of the combination with the best mean score, the first of equals; one that has no score on some fold is never it.</summary>
    public int Best
    {
        get
        {
            var means = Enumerable.Range(0, plan.Trials.Count).Select(trial => Mean(_scores, trial)).ToArray();
            var best = -1;
            for (var trial = 0; trial < means.Length; trial++)
            {
                best = double.IsFinite(means[trial]) && (best < 0 || means[trial] > means[best]) ? trial : best;
            }

            return best >= 0
                ? best
                : throw new GraincastException(SqlState.InvalidParameter, "no combination of search_params has a score on every fold",
                    "Train on more rows, pass a smaller cv in search_args, or search => NULL.");
        }
    }

    public void Add(int trial, int fold, double score, TimeSpan fitTime, TimeSpan scoreTime) =>
        (_scores[trial, fold], _fitTimes[trial, fold], _scoreTimes[trial, fold]) = (score, fitTime.TotalSeconds, scoreTime.TotalSeconds);

    /// <summary>The mean score of a combination over the folds.</summary>
    public double MeanScore(int trial) => Mean(_scores, trial);

    /// <summary>Writes the object; a score that is not defined is null.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteList(writer, "params", trial => plan.Trials[trial].Json.WriteTo(writer));
        writer.WriteNumber("n_splits", plan.Folds);
        writer.WriteNumber("best_index", Best);
        foreach (var (name, values) in new[] { ("fit_time", _fitTimes), ("score_time", _scoreTimes), ("test_score", _scores) })
        {
            WriteList(writer, $"mean_{name}", trial => WriteNumber(writer, Mean(values, trial)));
            WriteList(writer, $"std_{name}", trial => WriteNumber(writer, Deviation(values, trial)));
        }

        for (var fold = 0; fold < plan.Folds; fold++)
        {
            var place = fold;
            WriteList(writer, $"split{fold}_test_score", trial => WriteNumber(writer, _scores[trial, place]));
        }

        foreach (var name in plan.Names)
        {
            WriteList(writer, $"param_{name}", trial => plan.Trials[trial].Json.GetProperty(name).WriteTo(writer));
        }

        writer.WriteEndObject();
    }

    private void WriteList(Utf8JsonWriter writer, string name, Action<int> write)
    {
        writer.WriteStartArray(name);
        for (var trial = 0; trial < plan.Trials.Count; trial++)
        {
            write(trial);
        }

        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private double Mean(double[,] values, int trial) => Enumerable.Range(0, plan.Folds).Average(fold => values[trial, fold]);

    // Of all folds there are, not of a sample of them: as NumPy's std.
    private double Deviation(double[,] values, int trial)
    {
        var mean = Mean(values, trial);
        return Math.Sqrt(Enumerable.Range(0, plan.Folds).Average(fold => (values[trial, fold] - mean) * (values[trial, fold] - mean)));
    }
}
