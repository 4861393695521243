namespace Graincast.Benchmarks.Keys;

/// <summary>Something that predicts for the row with a key.</summary>
internal interface IKeyService : IAsyncDisposable
{
    /// <summary>As in the report.</summary>
    string Name { get; }

    /// <summary>What one caller calls, one call at a time.</summary>
    Func<int, Task<float>> NewCaller();
}
