using Graincast.Scoring;

namespace Graincast.Models;

/// <summary>Rows of feature sources, read through the Postgres beside this silo.</summary>
public interface IFeatureRows
{
    /// <summary>
    /// In one round trip: which model answers for the project now, and the rows with these keys as inputs of <paramref name="model"/>. 42704 when the project is gone,
    /// 55000 when it has no deployment or no feature source any more.
    /// </summary>
    Task<FeatureRead> ReadAsync(string database, string project, ScoringModel model, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken);
}

/// <summary>What was read: one row a key, in their order.</summary>
public sealed record FeatureRead(Deployment Deployment, IReadOnlyList<KeyedRow> Rows);

/// <summary>Inputs of a row, or why there are none: P0002, 21000, or a value that is no input.</summary>
public readonly record struct KeyedRow(float[]? Inputs, GraincastException? Error);
