using Graincast.Models;
using Graincast.Projects;

namespace Graincast.Client;

/// <summary>
/// A project: predicts and trains as the role that the client's token names. Answers never go back to an older deployment than one that this client was answered by
/// before. Errors are <see cref="GraincastException"/> with SQL's SQLSTATEs.
/// </summary>
public sealed class GraincastProject
{
    private readonly GraincastClient _client;

    internal GraincastProject(GraincastClient client, string name) => (_client, Name) = (client, name);

    /// <summary>As in <c>pgml.projects</c>.</summary>
    public string Name { get; }

    /// <summary>The prediction for features in the order of the model's columns, arrays flattened, NaN for NULL.</summary>
    public Task<float> PredictAsync(float[] features, CancellationToken cancellationToken = default) => ValueAsync(Row(features), cancellationToken);

    /// <inheritdoc cref="PredictAsync(float[], CancellationToken)"/>
    public Task<float> PredictAsync(ReadOnlyMemory<float> features, CancellationToken cancellationToken = default) => ValueAsync(Row(features.ToArray()), cancellationToken);

    /// <summary>The prediction for a record that is marked <see cref="FeatureRecordAttribute"/>: features by name.</summary>
    public Task<float> PredictAsync<T>(T record, CancellationToken cancellationToken = default)
        where T : IFeatureRecord<T> => ValueAsync(FeatureWriter.Write(record), cancellationToken);

    /// <summary>As <see cref="PredictAsync(float[], CancellationToken)"/>, with label, probabilities, model and the node that answered.</summary>
    public Task<Prediction> GetPredictionAsync(float[] features, CancellationToken cancellationToken = default) => AnswerAsync(Row(features), cancellationToken);

    /// <inheritdoc cref="GetPredictionAsync(float[], CancellationToken)"/>
    public Task<Prediction> GetPredictionAsync(ReadOnlyMemory<float> features, CancellationToken cancellationToken = default) => AnswerAsync(Row(features.ToArray()), cancellationToken);

    /// <summary>As <see cref="PredictAsync{T}(T, CancellationToken)"/>, with label, probabilities, model and the node that answered.</summary>
    public Task<Prediction> GetPredictionAsync<T>(T record, CancellationToken cancellationToken = default)
        where T : IFeatureRecord<T> => AnswerAsync(FeatureWriter.Write(record), cancellationToken);

    /// <summary>One prediction a row, all by one model; <paramref name="features"/> row by row, each in the order of the model's columns.</summary>
    public async Task<float[]> PredictBatchAsync(ReadOnlyMemory<float> features, CancellationToken cancellationToken = default)
    {
        float[] rows = features.ToArray();
        PredictionBatch batch = await AskAsync(nameof(PredictBatchAsync), (grain, token) => grain.PredictBatchAsync(rows, Since, token), cancellationToken);
        _client.Answered(Name, batch.Deployment);
        return batch.Values;
    }

    /// <summary>The prediction for the row of the project's feature source that has this key, read and scored at the node that holds it.</summary>
    public async Task<Prediction> PredictByKeyAsync(RowKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Remembered(await AskAsync(nameof(PredictByKeyAsync), (grain, token) => grain.PredictByKeyAsync(key, Since, token), cancellationToken));
    }

    /// <summary>Trains as <c>pgml.train</c> does: yields lines of progress, then the model. Ending the enumeration early, or cancelling it, stops the training.</summary>
    public IAsyncEnumerable<TrainingUpdate> TrainAsync(TrainingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _client.Calls.StreamAsync(Name, nameof(TrainAsync), (grain, token) => grain.TrainAsync(request, token), cancellationToken);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    // Read anew by each attempt.
    private long Since => _client.Newest(Name);

    private static FeatureRow Row(float[] features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return new FeatureRow { Numbers = features };
    }

    private Task<T> AskAsync<T>(string method, Func<IProjectGrain, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        _client.Calls.AskAsync(Name, method, (grain, token) => AttemptAsync(call, grain, token), cancellationToken);

    private async Task<T> AttemptAsync<T>(Func<IProjectGrain, CancellationToken, Task<T>> call, IProjectGrain grain, CancellationToken cancellationToken)
    {
        try
        {
            return await call(grain, cancellationToken);
        }
        catch (GraincastException exception) when (exception.SqlState == SqlState.SerializationFailure)
        {
            // The silo has waited for the deployment in vain: a project that was dropped and made anew counts from the start. The next attempt asks without.
            _client.Forget(Name);
            throw;
        }
    }

    private async Task<float> ValueAsync(FeatureRow row, CancellationToken cancellationToken) => (await AnswerAsync(row, cancellationToken)).Value;

    private async Task<Prediction> AnswerAsync(FeatureRow row, CancellationToken cancellationToken) =>
        Remembered(await AskAsync(nameof(PredictAsync), (grain, token) => grain.PredictAsync(row, Since, token), cancellationToken));

    private Prediction Remembered(Prediction prediction)
    {
        _client.Answered(Name, prediction.Deployment);
        return prediction;
    }
}
