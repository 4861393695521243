using System.CommandLine;
using Graincast.Training;

namespace Graincast.Commands;

/// <summary><c>graincast train-worker</c>, started by a silo for each fit.</summary>
internal static class TrainWorkerCommand
{
    public static Command Create()
    {
        var spare = new Option<bool>(TrainWorker.Spare) { Description = "Warm up before the job comes." };
        var command = new Command("train-worker", "Fit one model. Internal: the silo starts it for each training.") { spare };
        command.Hidden = true;
        command.SetAction(parsed => TrainWorker.Run(parsed.GetValue(spare)));
        return command;
    }
}
