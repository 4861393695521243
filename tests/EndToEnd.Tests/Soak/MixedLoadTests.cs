using System.Diagnostics;
using System.Globalization;
using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Soak;

/// <summary>GRAINCAST_SOAK_MINUTES of everything at once, 30 unless told; GRAINCAST_SOAK_SEED repeats what was drawn.</summary>
public sealed class MixedLoadTests(ITestOutputHelper output)
{
    private const double LimitMbPerMinute = 1;

    /// <summary>What runtimes and backends that are new may take; over the last two thirds of half an hour it is <see cref="LimitMbPerMinute"/>.</summary>
    private const double WarmUpMb = 20;

    private static readonly TimeSpan BetweenSamples = TimeSpan.FromSeconds(1);

    [Fact(Explicit = true)]
    public async Task Everything_at_once_for_a_long_time_is_answered_right_and_leaves_nothing_behind()
    {
        var time = TimeSpan.FromMinutes(Number("GRAINCAST_SOAK_MINUTES") ?? 30);
        var seed = Number("GRAINCAST_SOAK_SEED") ?? Random.Shared.Next(1_000_000);
        output.WriteLine($"GRAINCAST_SOAK_SEED={seed}, {time.TotalMinutes} minutes");
        await using var cluster = new SoakCluster();
        await cluster.InitializeAsync();
        var outcomes = new Outcomes();
        var clock = Stopwatch.StartNew();
        // Every silo in the first quarter; then one of several, so that the memory of the others is seen over a long time.
        var load = new MixedLoad(cluster, seed, outcomes)
        {
            Restartable = () => clock.Elapsed < time / 4 ? [.. cluster.Nodes] : [.. cluster.Nodes.Skip(1).TakeLast(1)],
        };
        await load.PrepareAsync();

        clock.Restart();
        var running = load.RunAsync(time);
        var samples = new ProcessSamples();
        Dictionary<int, int> silos = [];
        using (var timer = new PeriodicTimer(BetweenSamples))
        {
            while (!running.IsCompleted && clock.Elapsed < time)
            {
                await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
                // A file that names a silo is being written meanwhile.
                silos = outcomes.IsRestarting ? silos : cluster.Nodes.ToDictionary(node => node, cluster.SiloPid);
                foreach (var (node, pid) in silos)
                {
                    samples.Take($"silo of node {node}", pid, clock.Elapsed, "VmRSS");
                }
                foreach (var (name, pid) in load.Backends)
                {
                    // Shared buffers and images are everyone's.
                    samples.Take(name, pid, clock.Elapsed, "RssAnon");
                }
            }
        }
        // However the load ended, what was seen until then is told.
        var broken = await Record.ExceptionAsync(() => running);
        var courses = samples.Courses(time / 3, time - TimeSpan.FromSeconds(10));
        output.WriteLine($"{outcomes}\n\n{string.Join('\n', courses)}");
        broken.ShouldBeNull();
        var leaks = (await cluster.LeaksAsync()).Append(new("descriptors", await DescriptorLeaksAsync(courses))).Concat(await cluster.ImageLeaksAsync()).ToArray();
        output.WriteLine($"left behind: {string.Join(", ", leaks.Select(leak => $"{leak.Key} {leak.Value}"))}");

        outcomes.Wrong.ShouldBeEmpty();
        foreach (var call in new[] { MixedLoad.Predict, MixedLoad.PredictTable, MixedLoad.Train, MixedLoad.TrainAsync, MixedLoad.Deploy, MixedLoad.Features, MixedLoad.Key, MixedLoad.KeyInSql, MixedLoad.Restart })
        {
            outcomes.Right(call).ShouldBeGreaterThan(0, call);
        }
        courses.Count(course => course.Name.StartsWith("silo", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(1);
        var limit = Math.Max(LimitMbPerMinute, WarmUpMb / (time * 2 / 3).TotalMinutes);
        courses.Where(course => course.MegabytesPerMinute >= limit).ShouldBeEmpty($"memory grows by less than {limit} MB a minute");
        leaks.Where(leak => leak.Value != 0).ShouldBeEmpty();
    }

    /// <summary>Open files and sockets of the silos beyond those that they had early under load.</summary>
    private static async Task<long> DescriptorLeaksAsync(IEnumerable<ProcessSamples.Course> courses)
    {
        long leaks = 0;
        foreach (var silo in courses.Where(course => Processes.IsAlive(course.Pid)))
        {
            await Record.ExceptionAsync(() => Wait.UntilAsync($"{silo.Name} has no more than its {silo.Descriptors} descriptors under load", () => ProcessSamples.Descriptors(silo.Pid) <= silo.Descriptors));
            leaks += Math.Max(0, ProcessSamples.Descriptors(silo.Pid) - silo.Descriptors);
        }
        return leaks;
    }

    private static int? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
