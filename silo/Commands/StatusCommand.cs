using System.CommandLine;
using System.Reflection;
using Graincast.Embedded;

namespace Graincast.Commands;

/// <summary><c>graincast status</c></summary>
internal static class StatusCommand
{
    private static string AppVersion =>
        typeof(StatusCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static Command Create()
    {
        var data = DataOption.Create();
        var command = new Command("status", "Say what runs. A line for each node. Exit code 0 when every Postgres and silo does, 3 when not.") { data };
        command.SetAction(parsed =>
        {
            var server = new EmbeddedServer(new DataDirectory(parsed.GetRequiredValue(data)), new Progress<string>());
            var status = server.Status();
            Terminal.Table(["node", "port", "Postgres", "pid", "silo", "pid", "sockets in"], [.. status.Nodes.Select(node => new[]
            {
                $"{node.Directory.Number}", $"{node.PostgresPort}", State(node.PostgresPid), $"{node.PostgresPid}", State(node.SiloPid), $"{node.SiloPid}", node.Directory.Run,
            })]);
            Terminal.Line($"{server.PostgresVersion}, graincast {AppVersion}");
            if (status is { IsRunning: true, IsCurrent: false })
            {
                Terminal.Faint("The app was built again since the silo was started; `graincast up` restarts it.");
            }
            return status.IsRunning ? ExitCode.Success : ExitCode.NotRunning;
        });
        return command;
    }

    private static string State(int? pid) => pid is null ? "stopped" : "running";
}
