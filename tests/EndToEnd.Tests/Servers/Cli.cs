using System.Diagnostics;

namespace Graincast.Servers;

/// <summary>Runs <c>bin/graincast</c> and other programs as a user would, output in pipes.</summary>
public static class Cli
{
    /// <summary>Longest any command may take, so that a hang is a failure with its output.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    /// <summary>What a program left behind.</summary>
    public sealed record Result(int ExitCode, string Output, string Error, TimeSpan Elapsed)
    {
        public override string ToString() => $"exit code {ExitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}";
    }

    /// <summary>The checkout.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The launcher that <c>make</c> builds.</summary>
    public static string Launcher => Path.Combine(Repository, "bin", "graincast");

    public static Task<Result> GraincastAsync(params string[] arguments) => RunAsync([Launcher, .. arguments]);

    /// <summary>As <see cref="GraincastAsync"/>, and fails with the command's output when its exit code is not 0.</summary>
    public static async Task<Result> MustSucceedAsync(params string[] arguments)
    {
        var result = await GraincastAsync(arguments);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException($"graincast {string.Join(' ', arguments)}: {result}");
    }

    public static async Task<Result> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Timeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new Result(process.ExitCode, await output.WaitAsync(deadline.Token), await error.WaitAsync(deadline.Token), clock.Elapsed);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', command)} did not end within {Timeout}.");
        }
    }

    private static string FindRepository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Directory.Packages.props")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The tests must run from inside of the checkout.");
        }
        return directory;
    }
}
