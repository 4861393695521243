using Graincast.Benchmarks.Servers;
using Graincast.Servers;

namespace Graincast.Benchmarks.Recipes;

/// <summary>
/// A folder with all that somebody has to write who wants predictions for a table in Postgres: programs, configuration, and in <c>commands</c> what they type,
/// a line each, ending with the first prediction. A line <c>program &amp; # text</c> stays in the background and is ready when it has said the text.
/// </summary>
internal sealed class Recipe : IAsyncDisposable
{
    private readonly List<Daemon> _daemons = [];
    private readonly string _folder;
    private readonly string _directory;

    /// <param name="name">Of the folder.</param>
    /// <param name="parent">The copy in which it is carried out becomes a folder of this one, whose owner deletes it.</param>
    public Recipe(string name, string parent) => (_folder, _directory) = (Path.Combine(Folder, name), Path.Combine(parent, name));

    /// <summary>Where the recipes are.</summary>
    public static string Folder { get; } = Path.Combine(Cli.Repository, "tests", "Benchmarks", "Recipes");

    public int ConfigLines => Lines("*.conf").Concat(Lines("*.conf.py")).Count();

    public int CodeLines => Lines("*.py").Count() - Lines("*.conf.py").Count();

    public int Commands => Lines("commands").Count();

    /// <summary>What runs now because of the commands.</summary>
    public int Processes => _daemons.Sum(daemon => NodeProcesses.Tree(daemon.Pid).Count);

    /// <summary>Runs the commands in a copy of the folder.</summary>
    /// <returns>What the last one printed: the first prediction.</returns>
    public async Task<float> RunAsync(IReadOnlyDictionary<string, string> environment)
    {
        Directory.CreateDirectory(_directory);
        foreach (var file in Directory.EnumerateFiles(_folder))
        {
            File.Copy(file, Path.Combine(_directory, Path.GetFileName(file)));
        }
        var output = "";
        foreach (var line in Lines("commands"))
        {
            if (line.Split(" & # ") is [var command, var ready])
            {
                var daemon = new Daemon(Shell(command), environment);
                _daemons.Add(daemon);
                await daemon.SaysAsync(ready);
            }
            else
            {
                var result = await Cli.RunAsync(Shell(line), environment);
                output = result.ExitCode == 0 ? result.Output : throw new InvalidOperationException($"{line}: {result}");
            }
        }
        return float.Parse(output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in Enumerable.Reverse(_daemons))
        {
            await daemon.DisposeAsync();
        }
    }

    // `exec`, so that no shell is counted among the processes.
    private string[] Shell(string command) => ["/bin/sh", "-c", $"cd {_directory} && exec {command}"];

    // Neither blank ones nor comments.
    private IEnumerable<string> Lines(string pattern) => Directory.EnumerateFiles(_folder, pattern)
        .SelectMany(File.ReadLines)
        .Where(line => line.Trim() is { Length: > 0 } text && text[0] != '#');
}
