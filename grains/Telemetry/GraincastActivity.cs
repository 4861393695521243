using System.Data.Common;
using System.Diagnostics;

namespace Graincast.Telemetry;

/// <summary>The spans of the ways data flows, and what they say. Never a value of a row: of an error its SQLSTATE alone.</summary>
public static class GraincastActivity
{
    /// <summary>The name to listen to.</summary>
    public const string SourceName = "Graincast";

    /// <summary>A training, from the backend's first word to its answer.</summary>
    public const string Train = "train";

    /// <summary>What was asked for is checked and planned.</summary>
    public const string Begin = "begin";

    /// <summary>Rows of one call site reach the trainer of their node.</summary>
    public const string Feed = "feed";

    /// <summary>A node's part of the training; the phases of its worker are below it, under their own names.</summary>
    public const string Fit = "fit";

    /// <summary>The image goes into the node's store.</summary>
    public const string Publish = "publish";

    /// <summary>A backend is given an image.</summary>
    public const string Open = "open";

    /// <summary>An image that the node's store lacks is read from the catalog.</summary>
    public const string Fetch = "fetch";

    /// <summary>A backend's prediction by key.</summary>
    public const string PredictByKey = "predict by key";

    /// <summary>Rows that were asked for at the same time are read and scored: below the first one's call, linked to the others'.</summary>
    public const string Score = "score";

    /// <summary>The project of a training.</summary>
    public const string Project = "graincast.project";

    /// <summary>The node of a feed or a fit.</summary>
    public const string Node = "graincast.node";

    /// <summary>Rows of a feed, a fit or a score.</summary>
    public const string Rows = "graincast.rows";

    /// <summary>The SQLSTATE, or the exception's type where there is none.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Where the spans come from.</summary>
    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>A span below another one, whichever is current; it does not become the current one.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="parent">As <see cref="Activity.Id"/> writes it; empty = none.</param>
    public static Activity? StartBelow(string name, string? parent)
    {
        Activity? current = Activity.Current;
        Activity.Current = null;
        Activity? activity = Source.StartActivity(name, ActivityKind.Internal, parent is { Length: > 0 } ? ActivityContext.Parse(parent, null) : default);
        Activity.Current = current;
        return activity;
    }

    /// <summary>Says that what the span is of failed: what failed first counts. The description is all that may be told, the error's type.</summary>
    public static void Fail(this Activity? activity, string errorType)
    {
        if (activity is { Status: not ActivityStatusCode.Error })
        {
            activity.SetStatus(ActivityStatusCode.Error, $"{activity.OperationName} failed: {errorType}").SetTag(ErrorType, errorType);
        }
    }

    /// <summary>What the span is of; an error that it throws is the span's.</summary>
    public static T Trace<T>(this Activity? activity, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return work();
        }
        catch (Exception exception)
        {
            activity.Fail(ErrorTypeOf(exception));
            throw;
        }
    }

    /// <inheritdoc cref="Trace{T}"/>
    public static async Task<T> TraceAsync<T>(this Activity? activity, Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return await work();
        }
        catch (Exception exception)
        {
            activity.Fail(ErrorTypeOf(exception));
            throw;
        }
    }

    /// <summary>Passes steps on. An error that ends them goes to <paramref name="fail"/> before the steps' reader has it; so does that nobody reads them to their end.</summary>
    public static async IAsyncEnumerable<T> TraceAsync<T>(IAsyncEnumerable<T> steps, Action<string> fail)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(fail);
        // An iterator cannot yield where it catches.
        string? failure = SqlState.QueryCanceled;
        await using IAsyncEnumerator<T> all = steps.GetAsyncEnumerator(CancellationToken.None);
        try
        {
            while (await NextAsync())
            {
                yield return all.Current;
            }

            failure = null;
        }
        finally
        {
            if (failure is not null)
            {
                fail(failure);
            }
        }

        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await all.MoveNextAsync();
            }
            catch (Exception exception)
            {
                failure = ErrorTypeOf(exception);
                throw;
            }
        }
    }

    /// <summary>What an error is called in spans and metrics.</summary>
    public static string ErrorTypeOf(Exception exception) => exception switch
    {
        GraincastException known => known.SqlState,
        DbException { SqlState: { } state } => state,
        OperationCanceledException => SqlState.QueryCanceled,
        _ => exception.GetType().FullName!,
    };
}
