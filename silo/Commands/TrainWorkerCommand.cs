using System.CommandLine;
using Graincast.Training;

namespace Graincast.Commands;

/// <summary><c>graincast train-worker</c>, started by a trainer grain for each fit.</summary>
internal static class TrainWorkerCommand
{
    public static Command Create()
    {
        var job = new Argument<string>("job") { Description = "The job's folder or file." };
        var command = new Command("train-worker", "Fit one model. Internal: the silo starts it for each training.") { job };
        command.Hidden = true;
        command.SetAction(parsed => TrainWorker.Run(parsed.GetRequiredValue(job)));
        return command;
    }
}
