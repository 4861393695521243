namespace Graincast.Fuzzing;

/// <summary>
/// How much, and from which seed. <c>GRAINCAST_FUZZ_SEED</c> repeats a run, <c>GRAINCAST_FUZZ_COUNT</c> sets its length; without it <c>make soak</c>
/// (GRAINCAST_SOAK=1) takes the full one and <c>make test</c> what fits into a minute.
/// </summary>
public static class FuzzRun
{
    /// <summary>Printed at once: a crash may lose the test's own output.</summary>
    public static int Seed(string test)
    {
        var seed = Environment.GetEnvironmentVariable("GRAINCAST_FUZZ_SEED") is { Length: > 0 } text ? int.Parse(text) : Random.Shared.Next();
        Console.WriteLine($"{test}: GRAINCAST_FUZZ_SEED={seed}");
        return seed;
    }

    public static int Count(int full, int quick)
    {
        var isSoak = Environment.GetEnvironmentVariable("GRAINCAST_SOAK") is { Length: > 0 };
        return Environment.GetEnvironmentVariable("GRAINCAST_FUZZ_COUNT") is { Length: > 0 } text ? int.Parse(text) : isSoak ? full : quick;
    }
}
