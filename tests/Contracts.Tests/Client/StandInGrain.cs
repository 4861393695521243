using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Graincast.Models;
using Graincast.Projects;
using Graincast.Security;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Graincast.Client;

/// <summary>A call as it came to a silo.</summary>
public sealed record ReceivedCall(string Grain, string? Token, long Since, object Argument);

/// <summary>What the stand-in for projects answers, and what it was asked.</summary>
public sealed class Script
{
    public ConcurrentQueue<ReceivedCall> Received { get; } = [];

    public Func<ReceivedCall, CancellationToken, Task<Prediction>> Answer { get; set; } = (_, _) => Task.FromResult(Of(1));

    public Func<ReceivedCall, CancellationToken, IAsyncEnumerable<TrainingUpdate>>? Train { get; set; }

    public static Prediction Of(float value, long deployment = 1) => new() { Value = value, Model = 7, Deployment = deployment, Node = "0", Label = "yes", Labels = ["no", "yes"], Probabilities = [0.25f, 0.75f] };
}

/// <summary>Takes a project's place in a real silo: what is tested is how a client calls, over Orleans' own connections.</summary>
[Reentrant]
public sealed class StandInGrain(Script script) : Grain, IProjectGrain
{
    public Task<Prediction> PredictAsync(FeatureRow features, long since, CancellationToken cancellationToken) => AnswerAsync(features, since, cancellationToken);

    public async Task<PredictionBatch> PredictBatchAsync(float[] features, long since, CancellationToken cancellationToken)
    {
        Prediction answer = await AnswerAsync(features, since, cancellationToken);
        return new PredictionBatch { Values = [answer.Value], Model = answer.Model, Deployment = answer.Deployment, Node = answer.Node };
    }

    public Task<Prediction> PredictByKeyAsync(RowKey key, long since, CancellationToken cancellationToken) => AnswerAsync(key, since, cancellationToken);

    public async IAsyncEnumerable<TrainingUpdate> TrainAsync(TrainingRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (TrainingUpdate update in script.Train!(Receive(request, 0), cancellationToken))
        {
            yield return update;
        }
    }

    private Task<Prediction> AnswerAsync(object argument, long since, CancellationToken cancellationToken) => script.Answer(Receive(argument, since), cancellationToken);

    private ReceivedCall Receive(object argument, long since)
    {
        var call = new ReceivedCall(this.GetPrimaryKeyString(), RequestContext.Get(CallContext.Token) as string, since, argument);
        script.Received.Enqueue(call);
        return call;
    }
}
