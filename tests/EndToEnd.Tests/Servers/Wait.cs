using System.Diagnostics;

namespace Graincast.Servers;

/// <summary>Waits for a condition that has a name: a test that waits in vain says for what.</summary>
public static class Wait
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task UntilAsync(string name, Func<Task<bool>> condition, TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(30);
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Interval);
        while (!await condition())
        {
            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds} s in vain until {name}.");
            }
            await timer.WaitForNextTickAsync();
        }
    }

    public static Task UntilAsync(string name, Func<bool> condition, TimeSpan? timeout = null) => UntilAsync(name, () => Task.FromResult(condition()), timeout);
}
