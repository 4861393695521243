using System.Text;
using System.Text.Json;
using Graincast.Telemetry;
using Graincast.Workers;
using MathNet.Numerics;

namespace Graincast.Training;

/// <summary>
/// The child process that trains: <c>graincast train-worker</c>. The first frame of standard input names its job; frames of <see cref="WorkerLine"/> and exchanges go to
/// standard output, whatever native libraries print to standard error. The end of standard input means that the silo died: the process kills itself.
/// </summary>
public static class TrainWorker
{
    /// <summary>The option of a process that is started before there is a job for it.</summary>
    public const string Spare = "--spare";

    /// <summary>Waits for a job, a file with a <see cref="TrainingJob"/> as JSON, and does it. Call once a process, whose folder becomes the job's.</summary>
    /// <param name="isSpare">The job is not there yet: what any of them needs is loaded and compiled meanwhile.</param>
    /// <returns>0; 1 after an error line.</returns>
    public static int Run(bool isSpare)
    {
        using var output = new WorkerOutput(OwnProcess.TakeStandardOutput());
        using var parent = new ParentPipe(Console.OpenStandardInput(), OwnProcess.KillSelf);
        if (isSpare)
        {
            TryWarmUp(parent);
        }

        string jobPath = Encoding.UTF8.GetString(parent.Take().Bytes);
        // Whoever looks at processes sees which run this one fits.
        Environment.CurrentDirectory = Path.GetDirectoryName(jobPath)!;
        return Run(jobPath, output, new SiloLink(output, parent));
    }

    internal static int Run(string jobPath, WorkerOutput output, IPeerLink? peers)
    {
        Control.UseSingleThread();
        try
        {
            var job = JsonSerializer.Deserialize(File.ReadAllBytes(jobPath), TrainingJson.Default.TrainingJob)
                ?? throw new JsonException("null");
            var result = TrainingRun.Execute(job, new Communicator(job.Rank, job.Ranks, peers), step => output.Write(new WorkerLine { Progress = step }));
            output.Write(new WorkerLine { Result = result });
            return 0;
        }
        catch (GraincastException e)
        {
            output.Write(new WorkerLine { Error = new WorkerError(e.SqlState, e.Message, e.Detail, e.Hint) });
        }
        catch (OutOfMemoryException e)
        {
            output.Write(new WorkerLine
            {
                Error = new WorkerError(SqlState.OutOfMemory, "the training needs more memory than it may have", e.Message,
                    "Train on fewer rows or columns, or with smaller settings."),
            });
        }
        catch (Exception e)
        {
            // The silo logs standard error; a user gets one line.
            Console.Error.WriteLine(ExceptionOutline.Of(e));
            output.Write(new WorkerLine { Error = new WorkerError(SqlState.InternalError, $"training failed: {e.GetType().Name}", e.Message, "The silo's log has more.") });
        }

        return 1;
    }

    // Whatever is wrong with it must not be a training's fault, which does without.
    private static void TryWarmUp(ParentPipe parent)
    {
        try
        {
            WarmUp.Run(new WorkerOutput(Stream.Null), () => parent.HasFrame);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"not warmed up: {ExceptionOutline.Of(e)}");
        }
    }
}
