using System.ComponentModel;
using System.Diagnostics;

namespace Graincast.Embedded;

/// <summary>Programs that this process starts.</summary>
internal static class Child
{
    /// <summary>What a program left behind.</summary>
    public sealed record Result(int ExitCode, string Output, string Error)
    {
        public Result ThrowIfFailed(string what) => ExitCode == 0
            ? this
            : throw new GraincastException(
                SqlState.ObjectNotInState,
                $"{what} failed with exit code {ExitCode}: {LastLine(Error.Length > 0 ? Error : Output)}",
                detail: Error);

        private static string LastLine(string text) => text.Trim().Split('\n')[^1].Trim();
    }

    /// <summary>Runs <paramref name="command"/> to its end.</summary>
    public static Result Run(IReadOnlyList<string> command, string? workingDirectory = null)
    {
        using var process = Start(command, workingDirectory);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output, error.Result);
    }

    /// <summary>
    /// Starts <paramref name="command"/> in a session of its own, output appended to <paramref name="log"/>, and returns its pid.
    /// The shell execs setsid, setpriv and the program in turn, so the pid stays the same.
    /// </summary>
    public static int Detach(IReadOnlyList<string> command, string log, string workingDirectory)
    {
        string[] shell = ["sh", "-c", "log=$1; shift; setsid \"$@\" >>\"$log\" 2>&1 </dev/null & echo $!", "sh", log, .. command];
        var result = Run(shell, workingDirectory).ThrowIfFailed(command[0]);
        return int.Parse(result.Output.Trim());
    }

    private static Process Start(IReadOnlyList<string> command, string? workingDirectory)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The caller's folder may be closed to the user that the program runs as.
            WorkingDirectory = workingDirectory ?? "/",
        };
        // Postgres' programs would read these before the options.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        }
        catch (Win32Exception missing)
        {
            throw new GraincastException(
                SqlState.UndefinedObject, $"{command[0]} cannot be started: {missing.Message}", "Run `make deps`.", innerException: missing);
        }
    }
}
