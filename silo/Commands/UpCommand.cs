using System.CommandLine;
using Graincast.Embedded;

namespace Graincast.Commands;

/// <summary><c>graincast up</c></summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var port = new Option<int?>("--port")
        {
            Description = "The port of Postgres on 127.0.0.1. Without it: the one of last time, else a free one.",
            HelpName = "PORT",
        };
        port.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(int.TryParse(text, out var number) && number is > 0 and <= 65535))
            {
                result.AddError($"--port must be a number from 1 to 65535, not '{text}'.");
            }
        });
        var workers = WorkersOption.Create();
        var command = new Command("up", "Start a private Postgres with Graincast and its silo, both in the background. Leaves alone what already runs.") { data, port, workers };
        command.SetAction(async (parsed, cancellation) =>
        {
            var status = await StartAsync(parsed.GetRequiredValue(data), parsed.GetValue(port), parsed.GetValue(workers), cancellation);
            Announce(status);
            Terminal.Line($"psql: {PsqlCommand.Hint(status.Data)}");
            return ExitCode.Success;
        });
        return command;
    }

    public static Task<EmbeddedStatus> StartAsync(string path, int? port, int? workers, CancellationToken cancellation) =>
        Terminal.WorkAsync(progress => new EmbeddedServer(new DataDirectory(path), progress).UpAsync(port, workers, cancellation));

    /// <summary>Says where everything is.</summary>
    public static void Announce(EmbeddedStatus status)
    {
        var (coordinator, workers) = (status.Nodes[0], status.Nodes.Skip(1));
        Terminal.Done($"Graincast is up: Postgres on 127.0.0.1:{coordinator.PostgresPort}, data in {status.Data.Root}");
        foreach (var worker in workers)
        {
            Terminal.Done($"  node {worker.Directory.Number}, a worker: Postgres on 127.0.0.1:{worker.PostgresPort}");
        }
    }
}
