using Graincast.Tests.Training;
using Graincast.Training;

namespace Graincast.Tests.Quality;

/// <summary>Writes the split of a training, as its trainer sees it, to two CSV files.</summary>
internal static class SplitExport
{
    /// <returns>The paths: training rows, held-out rows.</returns>
    public static (string Train, string Test) Write(Table table, TrainingSpec spec, string folder, string name)
    {
        var rowFile = Path.Combine(folder, name + ".rows");
        File.WriteAllBytes(rowFile, RowBytes.Write(table.Columns, table.Rows));
        var plan = TrainingPlan.Create(spec);
        using var rows = RowSet.Read([rowFile], table.Rows.Count, table.Columns);
        var data = Trainer.Split(plan, rows, plan.Seed, Communicator.Alone);
        return (
            Write(Path.Combine(folder, name + ".train.csv"), data.Training.Features, data.Training.Targets, data.Training.Classes),
            Write(Path.Combine(folder, name + ".test.csv"), data.EvaluationInputs, data.EvaluationTargets, data.EvaluationClasses));
    }

    private static string Write(string path, FloatTable features, double[] targets, int[] classes)
    {
        File.WriteAllLines(path, Enumerable.Range(0, features.Rows).Select(row =>
        {
            var values = features.Row(row).ToArray().Select(value => value.ToString("R"));
            var label = targets.Length > 0 ? [targets[row].ToString("R")] : classes.Length > 0 ? new[] { classes[row].ToString() } : [];
            return string.Join(',', values.Concat(label));
        }));
        return path;
    }
}
