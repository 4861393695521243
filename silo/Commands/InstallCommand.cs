using System.CommandLine;
using Graincast.Storage;

namespace Graincast.Commands;

/// <summary><c>graincast install</c></summary>
internal static class InstallCommand
{
    public static Command Create()
    {
        var connection = new Option<string>("--connection")
        {
            Description = "Npgsql connection string of the database, as a superuser, e.g. \"Host=localhost;Database=shop;Username=postgres\".",
            HelpName = "STRING",
            Required = true,
        };
        var role = new Option<string>("--silo-role")
        {
            Description = "The ordinary role that the silo connects as; created when missing, without a password.",
            HelpName = "ROLE",
            DefaultValueFactory = _ => "graincast",
        };
        var command = new Command("install", "Install Graincast in a database of your own: extension, catalog, Orleans' tables. Safe to repeat.") { connection, role };
        command.SetAction(async (parsed, cancellation) =>
        {
            var text = ConnectionStrings.Check(parsed.GetRequiredValue(connection));
            var scripts = await Migrations.InstallAsync(text, parsed.GetRequiredValue(role), cancellation);
            foreach (var script in scripts)
            {
                Terminal.Line($"ran {script}");
            }
            Terminal.Done(scripts.Count == 0 ? "The database is already at this version." : "Graincast is installed.");
            return ExitCode.Success;
        });
        return command;
    }
}
