using Graincast.Models;
using Orleans.Concurrency;

namespace Graincast.Projects;

/// <summary>
/// A project, on whichever silo is asked: the only grain that clients call. Key: <c>database/project</c>. Every call acts for the role that the caller's token
/// names, under the rights that it has in SQL: 28000 without a token that is valid, 42501 when the project is another role's, 42704 when there is none of that name,
/// 55000 when it has no deployed model.
/// </summary>
[Alias("graincast.project")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>
    /// The prediction for features that the caller has. <paramref name="since"/>: the newest deployment that the caller was ever answered by, 0 = none; the answer is of
    /// that one or a newer one.
    /// </summary>
    [Alias("predict")]
    Task<Prediction> PredictAsync(FeatureRow features, long since, CancellationToken cancellationToken);

    /// <summary>Predictions for several rows at once: rows × features, row by row.</summary>
    [Alias("predict-batch")]
    Task<PredictionBatch> PredictBatchAsync(float[] features, long since, CancellationToken cancellationToken);

    /// <summary>
    /// The prediction for the row of the project's feature source that has this key, read and scored at the node that holds it. P0002 when no row has it, 21000 when
    /// more than one has.
    /// </summary>
    [Alias("predict-by-key")]
    Task<Prediction> PredictByKeyAsync(RowKey key, long since, CancellationToken cancellationToken);

    /// <summary>Trains as <c>pgml.train</c> does, reading as the caller's role. Yields progress, then the model. Cancelling stops the training.</summary>
    [Alias("train")]
    IAsyncEnumerable<TrainingUpdate> TrainAsync(TrainingRequest request, CancellationToken cancellationToken);
}
