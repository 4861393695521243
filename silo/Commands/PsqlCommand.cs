using System.CommandLine;
using System.Runtime.InteropServices;
using Graincast.Embedded;

namespace Graincast.Commands;

/// <summary><c>graincast psql</c></summary>
internal static partial class PsqlCommand
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var node = new Option<int>("--node")
        {
            Description = "Which node's Postgres: 0 is the coordinator, 1 and up are workers.",
            HelpName = "N",
        };
        node.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(int.TryParse(text, out var number) && number >= 0))
            {
                result.AddError($"--node must be a number from 0, not '{text}'.");
            }
        });
        var arguments = new Argument<string[]>("args")
        {
            Description = "Options of psql, after --. They win over the connection given here, e.g. -- -U somebody.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("psql", "Run psql as superuser in the database of the embedded Postgres. Its exit code is passed on.") { data, node, arguments };
        command.SetAction(parsed =>
        {
            var server = new EmbeddedServer(new DataDirectory(parsed.GetRequiredValue(data)), new Progress<string>());
            var connection = server.AdminConnectionString(parsed.GetValue(node));
            Dictionary<string, string> environment = new()
            {
                ["PGHOST"] = connection.Host!,
                ["PGPORT"] = $"{connection.Port}",
                ["PGUSER"] = connection.Username!,
                ["PGDATABASE"] = connection.Database!,
            };
            Execute(server.Psql(), parsed.GetValue(arguments) ?? [], environment);
        });
        return command;
    }

    /// <summary>The command to type.</summary>
    public static string Hint(DataDirectory data)
    {
        var launcher = Environment.GetEnvironmentVariable("GRAINCAST_LAUNCHER") ?? "graincast";
        return data.Root == DataDirectory.Default ? $"{launcher} psql" : $"{launcher} psql --data {data.Root}";
    }

    /// <summary>Becomes psql, so that the terminal, Ctrl-C and the exit code are its own. Returns only by an exception.</summary>
    private static void Execute(string program, string[] arguments, Dictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            _ = SetEnvironment(name, value, overwrite: 1);
        }
        _ = Become(program, [program, .. arguments, null]);
        throw new GraincastException(
            SqlState.ObjectNotInState, $"psql cannot be started: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())} ({program})", "Run `graincast up`.");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Become(string path, string?[] arguments);
}
