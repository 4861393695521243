using System.Data.Common;
using System.Net.Sockets;
using Graincast.Models;
using Graincast.Onnx;
using Graincast.Placement;
using Graincast.Projects;
using Graincast.Scoring;
using Graincast.Security;
using Graincast.Supervision;
using Graincast.Telemetry;
using Graincast.Training;
using Orleans.Runtime;

namespace Graincast.Gateway;

/// <summary>The grains behind a connection's calls, and how their failures read in SQL.</summary>
public sealed partial class BackendCalls(
    IGrainFactory grains, INodes nodes, Tokens tokens, IRights rights, Scorers scorers, IImageStore store, ILogger<BackendCalls> logger)
{
    // A node that does not answer by then is left out of a list.
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The supervisor of a run.</summary>
    public ISupervisorGrain Supervisor(ulong run) => grains.GetGrain<ISupervisorGrain>(run.ToString());

    /// <summary>The trainer of a run at a node.</summary>
    public ITrainerGrain Trainer(string node, ulong run) => grains.GetGrain<ITrainerGrain>(new NodeKey(node, run.ToString()).ToString());

    /// <summary>A model at a node.</summary>
    public IModelGrain Model(string node, string database, string sha256) =>
        grains.GetGrain<IModelGrain>(new NodeKey(node, $"{database}/{sha256}").ToString());

    /// <summary>The prediction for a row of a project's feature source, for <paramref name="role"/>.</summary>
    public async Task<Prediction> PredictByKeyAsync(string database, string project, string role, RowKey key, long since)
    {
        RequestContext.Set(CallContext.Role, role);
        return await grains.GetGrain<IProjectGrain>(new ProjectKey(database, project).ToString()).PredictByKeyAsync(key, since, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The image of an ONNX file. The store has it for <paramref name="role"/>, as one that it trained here.</summary>
    public async Task<byte[]> ImportOnnxAsync(string database, string role, byte[] onnx)
    {
        byte[] image = await scorers.ImportAsync(onnx).ConfigureAwait(false);
        string sha256 = ImageHash.Name(image);
        store.Add(sha256, new MemoryStream(image));
        store.Claim(database, sha256, role);
        return image;
    }

    /// <summary>The runs that are under way at all nodes that answer.</summary>
    public IReadOnlyList<RunProgress> Runs(string own) =>
        [.. Task.WhenAll(nodes.Others.Prepend(own).Select(RunsOfAsync)).GetAwaiter().GetResult().SelectMany(runs => runs)];

    /// <summary>Ends a run for <paramref name="role"/>; false when none is under way in the database.</summary>
    /// <exception cref="GraincastException">42501: it is another role's.</exception>
    public async Task<bool> EndRunAsync(string database, ulong run, string role)
    {
        ISupervisorGrain supervisor = Supervisor(run);
        if (await supervisor.OwnerAsync().ConfigureAwait(false) is not { } owner || owner.Database != database)
        {
            return false;
        }

        return await rights.MayActAsync(database, role, [owner.Role], CancellationToken.None).ConfigureAwait(false)
            ? await supervisor.EndAsync().ConfigureAwait(false)
            : throw new GraincastException(
                SqlState.InsufficientPrivilege, $"permission denied for training run {run}", $"It belongs to role \"{owner.Role}\"; a member of that role may cancel it.");
    }

    /// <summary>What ended the run if it was ended by somebody else, else <paramref name="exception"/>: a part that is gone is no reason.</summary>
    public async Task<Exception> ReasonAsync(ulong run, Exception exception)
    {
        try
        {
            await Supervisor(run).CheckAsync().ConfigureAwait(false);
        }
        catch (GraincastException ended) when (ended.SqlState == SqlState.QueryCanceled)
        {
            return ended;
        }
        catch (Exception other) when (NodeLost.IsCauseOf(other) || other is GraincastException)
        {
            // It knows no more than this silo.
        }

        return exception;
    }

    /// <summary>A token by which a client acts for a role.</summary>
    public string IssueToken(string role, string database, uint validMs) =>
        tokens.IssueAsync(role, database, TimeSpan.FromMilliseconds(validMs), backend: 0, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>The role that a silo lets the backend <paramref name="pid"/> act for.</summary>
    public string VerifyToken(string token, string database, uint pid) => pid == 0
        ? throw new GraincastException(SqlState.ProtocolViolation, "Hello names no process")
        : tokens.VerifyAsync(token, database, pid, CancellationToken.None).AsTask().GetAwaiter().GetResult().Role;

    /// <summary>For a call that nobody waits for: the backend is gone.</summary>
    public void LogIfFailed(Task call) => _ = call.ContinueWith(
        failed => LogCallFailed(logger, ExceptionOutline.Of(failed.Exception!.InnerException!)),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    private async Task<IReadOnlyList<RunProgress>> RunsOfAsync(string node)
    {
        try
        {
            return await grains.GetGrain<IRunsGrain>(new NodeKey(node, "runs").ToString()).ListAsync().WaitAsync(ListTimeout).ConfigureAwait(false);
        }
        catch (Exception exception) when (NodeLost.IsCauseOf(exception) || exception is GraincastException)
        {
            LogRunsUnknown(logger, node, exception.Message);
            return [];
        }
    }

    /// <summary>What a SQL user is told of <paramref name="exception"/>. Faults are logged, but for their words.</summary>
    public GraincastException Translate(Exception exception)
    {
        switch (exception)
        {
            case GraincastException known:
                return known;
            case OperationCanceledException:
                return new GraincastException(SqlState.QueryCanceled, "the call was cancelled", innerException: exception);
            // Orleans' own message is its stack trace.
            case OrleansException { InnerException: DbException database }:
                LogCallFailed(logger, ExceptionOutline.Of(exception));
                return new GraincastException(
                    SqlState.ConnectionLost,
                    $"the silos' tables on node 0 could not be reached: {database.Message}",
                    "Start the Postgres of node 0: trainings need it, predictions do not.",
                    innerException: exception);
            case TimeoutException or SiloUnavailableException or OrleansException:
                LogCallFailed(logger, ExceptionOutline.Of(exception));
                return new GraincastException(
                    SqlState.ConnectionLost, $"a silo could not be reached: {exception.Message}", "See `graincast status` on the node that is named.", innerException: exception);
            case DbException:
                LogCallFailed(logger, ExceptionOutline.Of(exception));
                return new GraincastException(
                    SqlState.ConnectionLost, $"the silo could not read the catalog: {exception.Message}", "See the connection string that the silo was started with, and its log.", innerException: exception);
            default:
                LogCallFailed(logger, ExceptionOutline.Of(exception));
                return new GraincastException(
                    SqlState.InternalError, $"the silo failed: {exception.Message}", "This is a fault of Graincast. The silo's log has the details.", innerException: exception);
        }
    }
}
