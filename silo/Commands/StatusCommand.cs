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
        var command = new Command("status", "Say what runs. Exit code 0 when Postgres and the silo do, 3 when not.") { data };
        command.SetAction(parsed =>
        {
            var server = new EmbeddedServer(new DataDirectory(parsed.GetRequiredValue(data)), new Progress<string>());
            var status = server.Status();
            Terminal.Table(["what", "state", "pid", "port", "socket", "version"], [
                ["Postgres", State(status.PostgresPid), $"{status.PostgresPid}", $"{status.PostgresPort}", status.Data.Run, server.PostgresVersion.Split(' ')[1]],
                ["silo", State(status.SiloPid), $"{status.SiloPid}", "", status.Data.SiloSocket, AppVersion],
            ]);
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
