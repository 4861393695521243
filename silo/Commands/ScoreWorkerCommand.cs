using System.CommandLine;
using Graincast.Onnx;

namespace Graincast.Commands;

/// <summary><c>graincast score-worker</c>, started by a silo for each ONNX model that it imports or scores.</summary>
internal static class ScoreWorkerCommand
{
    public static Command Create()
    {
        var command = new Command("score-worker", "Score an ONNX model. Internal: the silo starts it.") { Hidden = true };
        command.SetAction(_ => ScoreWorker.Run());
        return command;
    }
}
