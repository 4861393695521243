using Microsoft.Extensions.Logging;

namespace Graincast.Hosting;

/// <summary>What Graincast's own classes log, to be waited for.</summary>
public sealed class LogLines : ILoggerProvider
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>The lines after the first <paramref name="from"/> that contain a text, once there are so many.</summary>
    public async Task<string[]> WaitAsync(string text, int count = 1, int from = 0)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                string[] found = Find(text, from);
                if (found.Length >= count)
                {
                    return found;
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(TimeSpan.FromSeconds(30));
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"\"{text}\" was not logged {count} times, but: {string.Join('\n', Find("", from))}");
            }
        }
    }

    public string[] Find(string text, int from = 0)
    {
        lock (_lock)
        {
            return [.. _lines.Skip(from).Where(line => line.Contains(text, StringComparison.Ordinal))];
        }
    }

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public void Dispose()
    {
    }

    private void Add(string line)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _lines.Add(line);
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    private sealed class Writer(LogLines log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category.StartsWith("Graincast.", StringComparison.Ordinal) && logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Add($"{logLevel}: {formatter(state, exception)}{exception}");
            }
        }
    }
}
