using System.CommandLine;
using Graincast.Embedded;

namespace Graincast.Commands;

/// <summary><c>graincast down</c></summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var command = new Command("down", "Stop the silo and the private Postgres. Data is kept. Succeeds when nothing runs.") { data };
        command.SetAction(async (parsed, cancellation) =>
        {
            var directory = new DataDirectory(parsed.GetRequiredValue(data));
            var stopped = await Terminal.WorkAsync(progress => new EmbeddedServer(directory, progress).DownAsync(cancellation));
            Terminal.Done(stopped ? $"Graincast in {directory.Root} is down." : $"Nothing ran in {directory.Root}.");
            return ExitCode.Success;
        });
        return command;
    }
}
