using Orleans.Placement;

namespace Graincast.Hosting;

/// <summary>What clients and silos call in tests of connections.</summary>
public interface ICountingGrain : IGrainWithIntegerKey
{
    /// <summary>Calls another one if there is a key left, and returns which silos were passed.</summary>
    Task<string[]> PassAsync(long[] keys);
}

[RandomPlacement]
public sealed class CountingGrain(ServedCalls served) : Grain, ICountingGrain
{
    public async Task<string[]> PassAsync(long[] keys)
    {
        served.Add();
        return keys.Length == 0 ? [RuntimeIdentity] : [RuntimeIdentity, .. await GrainFactory.GetGrain<ICountingGrain>(keys[0]).PassAsync(keys[1..])];
    }
}

/// <summary>How many calls grains of a cluster have taken.</summary>
public sealed class ServedCalls
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);
}
