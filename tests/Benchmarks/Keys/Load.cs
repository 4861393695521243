using System.Diagnostics;

namespace Graincast.Benchmarks.Keys;

/// <summary>What callers saw who ask one question after the other, as many of them at once as there are functions.</summary>
internal sealed record Load(double P50Us, double P99Us, double CallsPerSecond)
{
    /// <summary>Each function answers a key for one caller; they share the keys.</summary>
    public static async Task<Load> RunAsync(IReadOnlyList<Func<int, Task<float>>> callers, int[] keys, TimeSpan duration)
    {
        var next = -1;
        var start = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(callers.Select(ask => Task.Run(async () =>
        {
            List<double> mine = [];
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                var key = keys[Interlocked.Increment(ref next) % keys.Length];
                var asked = Stopwatch.GetTimestamp();
                await ask(key);
                mine.Add(Stopwatch.GetElapsedTime(asked).TotalMicroseconds);
                // Behind the other callers: one whose answer is there at once would else go on alone.
                await Task.Yield();
            }
            return mine;
        })));
        var elapsed = Stopwatch.GetElapsedTime(start);
        double[] all = [.. times.SelectMany(mine => mine).Order()];
        return new Load(all[all.Length / 2], all[all.Length * 99 / 100], all.Length / elapsed.TotalSeconds);
    }
}
