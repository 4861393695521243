using System.Diagnostics;

namespace Graincast.Benchmarks.Recipes;

/// <summary>A command in the background that says in a line when it is ready. Killed at the end, also when that comes early.</summary>
internal sealed class Daemon : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly EventHandler _atExit;
    private (string Part, TaskCompletionSource Said)? _waiting;

    public Daemon(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _atExit = (_, _) => _process.Kill(entireProcessTree: true);
        AppDomain.CurrentDomain.ProcessExit += _atExit;
    }

    public int Pid => _process.Id;

    /// <summary>Waits for a line of output that has this part.</summary>
    public async Task SaysAsync(string part)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_lines.Exists(line => line.Contains(part, StringComparison.OrdinalIgnoreCase)))
            {
                return;
            }
            _waiting = (part, said);
        }
        try
        {
            await said.Task.WaitAsync(Timeout);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{string.Join(' ', _process.StartInfo.ArgumentList)} did not say \"{part}\" within {Timeout}: {string.Join('\n', _lines)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _atExit;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Add(string? line)
    {
        lock (_lock)
        {
            if (line is null)
            {
                return;
            }
            _lines.Add(line);
            if (_waiting is { } waiting && line.Contains(waiting.Part, StringComparison.OrdinalIgnoreCase))
            {
                waiting.Said.TrySetResult();
            }
        }
    }
}
