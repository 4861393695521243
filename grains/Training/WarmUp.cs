using System.Text;
using Graincast.Workers;

namespace Graincast.Training;

/// <summary>Trains on a table of its own, for nobody: what any training needs is loaded and compiled then.</summary>
internal static class WarmUp
{
    private const int Rows = 400;
    private const int Labels = 3;

    /// <summary>Writes what a training writes to its silo, and nothing anywhere else.</summary>
    /// <param name="output">Takes the lines.</param>
    /// <param name="isOver">Asked at each step: there is something else to do.</param>
    public static void Run(WorkerOutput output, Func<bool> isOver)
    {
        using var rows = OwnProcess.OpenMemory("rows");
        Write(rows);
        var path = $"/proc/self/fd/{rows.SafeFileHandle.DangerousGetHandle()}";
        try
        {
            foreach (var algorithm in new[] { "linear", "lightgbm" })
            {
                var (result, _) = TrainingRun.Train(Job(algorithm, path), Communicator.Alone, Step);
                output.Write(new WorkerLine { Result = result });
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever is over in the middle goes on with what it was started for.
        }

        void Step(WorkerProgress step)
        {
            if (isOver())
            {
                throw new OperationCanceledException();
            }

            output.Write(new WorkerLine { Progress = step });
        }
    }

    private static TrainingJob Job(string algorithm, string rows) => new()
    {
        Spec = new TrainingSpec
        {
            Run = 0,
            Database = "",
            Role = "",
            Project = "",
            Task = "classification",
            Algorithm = algorithm,
            Hyperparams = algorithm == "lightgbm" ? """{"num_iterations": 5}""" : "{}",
            Sampling = "stratified",
            TestSize = 0.25f,
            Columns =
            [
                new ColumnSpec("a", ColumnType.Float32, IsArray: false, IsLabel: false),
                new ColumnSpec("b", ColumnType.Float64, IsArray: false, IsLabel: false),
                new ColumnSpec("label", ColumnType.Text, IsArray: false, IsLabel: true),
            ],
        },
        Seed = 0,
        RowFiles = [rows],
        Rows = Rows,
        ImagePath = "",
    };

    // As PROTOCOL.md has rows; each label is for neighbours, so that there is something to learn.
    private static void Write(Stream rows)
    {
        var writer = new BinaryWriter(rows);
        for (var row = 0; row < Rows; row++)
        {
            var label = Encoding.UTF8.GetBytes($"label {row * Labels / Rows}");
            writer.Write((byte)0);
            writer.Write((float)row);
            writer.Write((double)(row * 7 % 10));
            writer.Write(label.Length);
            writer.Write(label);
        }

        writer.Flush();
    }
}
