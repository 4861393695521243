using System.Runtime.CompilerServices;
using Graincast.Projects;
using Graincast.Security;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Graincast.Client;

/// <summary>How calls are made: with a token, within the time, again when they were lost, with errors of ours.</summary>
internal sealed class ClientCalls(IClusterClient cluster, IOptions<GraincastClientOptions> options, ClientTokens tokens, GatewayWatch gateways, TimeProvider time)
{
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(2);

    private static readonly ResiliencePropertyKey<long> Started = new("graincast.started");

    private readonly ResiliencePipeline _pipeline = Pipeline(options.Value, gateways, time);

    /// <summary>Calls something that changes nothing: what is lost is tried again.</summary>
    public async Task<T> AskAsync<T>(string project, string method, Func<IProjectGrain, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(Started, time.GetTimestamp());
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (attempt, state) => await state.Calls.AttemptAsync(state.Grain, state.Call, attempt.CancellationToken),
                context,
                (Calls: this, Grain: Grain(project), Call: call)).ConfigureAwait(false);
        }
        catch (Exception exception) when (!IsCancelled(exception, cancellationToken))
        {
            throw Translate(exception, project, method);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Streams something that changes things. It is begun again only when it was refused for its token, which is before anything has happened.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        string project, string method, Func<IProjectGrain, CancellationToken, IAsyncEnumerable<T>> call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<T>? updates = null;
        string token = "";
        try
        {
            while (true)
            {
                bool hasNext;
                try
                {
                    token = await TokenAsync(cancellationToken);
                    if (updates is null)
                    {
                        (updates, hasNext) = await BeginAsync(project, call, token, cancellationToken);
                    }
                    else
                    {
                        hasNext = await StepAsync(updates, token);
                    }
                }
                catch (Exception exception) when (!IsCancelled(exception, cancellationToken))
                {
                    throw Translate(exception, project, method);
                }

                if (!hasNext)
                {
                    yield break;
                }

                yield return updates.Current;
            }
        }
        finally
        {
            if (updates is not null)
            {
                await EndAsync(updates, token);
            }
        }
    }

    private async Task<(IAsyncEnumerator<T> Updates, bool HasNext)> BeginAsync<T>(
        string project, Func<IProjectGrain, CancellationToken, IAsyncEnumerable<T>> call, string token, CancellationToken cancellationToken)
    {
        IAsyncEnumerator<T> updates = call(Grain(project), cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            return (updates, await StepAsync(updates, token));
        }
        catch (GraincastException exception) when (exception.SqlState == SqlState.InvalidAuthorization)
        {
            await EndAsync(updates, token);
            tokens.Refused(token);
            updates = call(Grain(project), cancellationToken).GetAsyncEnumerator(cancellationToken);
            return (updates, await StepAsync(updates, await TokenAsync(cancellationToken)));
        }
    }

    // Each step of a stream is a call of its own, and what an iterator puts into the context is gone after its next yield.
    private static async Task<bool> StepAsync<T>(IAsyncEnumerator<T> updates, string token)
    {
        RequestContext.Set(CallContext.Token, token);
        return await updates.MoveNextAsync();
    }

    private static async Task EndAsync<T>(IAsyncEnumerator<T> updates, string token)
    {
        RequestContext.Set(CallContext.Token, token);
        await updates.DisposeAsync();
    }

    private static ResiliencePipeline Pipeline(GraincastClientOptions options, GatewayWatch gateways, TimeProvider time)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.MaxRetryAttempts > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.MaxRetryAttempts,
                Delay = options.RetryDelay,
                MaxDelay = MaxRetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                // A client that was stopped, or not yet started, gets no better by waiting.
                ShouldHandle = attempt => ValueTask.FromResult(
                    attempt.Outcome.Exception is { } exception && CallErrors.IsTransient(exception) && gateways.IsRunning && Left(attempt.Context) > TimeSpan.Zero),
            });
        }

        return builder.AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = attempt => ValueTask.FromResult(AttemptTimeout(attempt.Context)) }).Build();

        TimeSpan Left(ResilienceContext context) => options.ResponseTimeout - time.GetElapsedTime(context.Properties.GetValue(Started, 0));

        TimeSpan AttemptTimeout(ResilienceContext context)
        {
            TimeSpan left = Left(context);
            // None at all would mean for ever.
            return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left < options.AttemptTimeout ? left : options.AttemptTimeout;
        }
    }

    private async Task<T> AttemptAsync<T>(IProjectGrain grain, Func<IProjectGrain, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        string token = await TokenAsync(cancellationToken);
        try
        {
            return await SendAsync(grain, call, token, cancellationToken);
        }
        catch (GraincastException exception) when (exception.SqlState == SqlState.InvalidAuthorization)
        {
            tokens.Refused(token);
            return await SendAsync(grain, call, await TokenAsync(cancellationToken), cancellationToken);
        }
    }

    private async Task<T> SendAsync<T>(IProjectGrain grain, Func<IProjectGrain, CancellationToken, Task<T>> call, string token, CancellationToken cancellationToken)
    {
        CancellationToken lost = gateways.Lost;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lost);
        // Seen by the calls of this method only: the context flows inwards.
        RequestContext.Set(CallContext.Token, token);
        try
        {
            return await call(grain, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new GatewayLostException();
        }
    }

    private ValueTask<string> TokenAsync(CancellationToken cancellationToken) =>
        gateways.IsRunning ? tokens.GetAsync(cancellationToken) : throw CallErrors.NotStarted();

    private IProjectGrain Grain(string project) => cluster.GetGrain<IProjectGrain>(new ProjectKey(Database, project).ToString());

    private string Database { get; } = options.Value.Database is { Length: > 0 } named ? named : new Npgsql.NpgsqlConnectionStringBuilder(options.Value.ConnectionString).Database!;

    private GraincastException Translate(Exception exception, string project, string method) =>
        CallErrors.Translate(exception, $"{method} of project \"{project}\"", options.Value, gateways);

    private static bool IsCancelled(Exception exception, CancellationToken cancellationToken) => exception is OperationCanceledException && cancellationToken.IsCancellationRequested;
}
