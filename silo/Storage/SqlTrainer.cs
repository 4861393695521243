using Graincast.Projects;

namespace Graincast.Storage;

/// <inheritdoc cref="ISqlTrainer"/>
public sealed class SqlTrainer : ISqlTrainer
{
    /// <inheritdoc/>
    public IAsyncEnumerable<TrainingUpdate> TrainAsync(string database, string project, string role, TrainingRequest request, CancellationToken cancellationToken) =>
        throw new GraincastException(SqlState.FeatureNotSupported, "to come from branch token");
}
