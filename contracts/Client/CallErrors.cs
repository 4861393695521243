using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Polly.Timeout;

namespace Graincast.Client;

/// <summary>Which errors of Orleans mean what, and whether a prediction is tried again after them.</summary>
internal static class CallErrors
{
    /// <summary>Whether a call that changes nothing may be answered when it is tried again.</summary>
    public static bool IsTransient(Exception exception) => exception is GraincastException { SqlState: var state }
        ? state is SqlState.ConnectionFailure or SqlState.ConnectionLost or SqlState.SerializationFailure or SqlState.TooManyConnections
        : IsLost(exception);

    /// <summary>The error that a caller gets; <paramref name="call"/> names what was called.</summary>
    public static GraincastException Translate(Exception exception, string call, GraincastClientOptions options, GatewayWatch gateways) => exception switch
    {
        GraincastException error => error,
        _ when !gateways.IsRunning => NotStarted(exception),
        _ when IsLost(exception) && !gateways.IsConnected => Unreachable(options, exception),
        TimeoutException or TimeoutRejectedException => new GraincastException(
            SqlState.ConnectionLost,
            $"{call} was not answered in time.",
            $"Look at the silos' logs; {nameof(GraincastClientOptions)}.{nameof(options.ResponseTimeout)} is {options.ResponseTimeout.TotalSeconds:0.###} s.",
            innerException: exception),
        _ when IsLost(exception) => new GraincastException(
            SqlState.ConnectionLost, $"{call} was lost: {FirstLine(exception)}", "A silo went down or was restarted in the call. Try again.", innerException: exception),
        OperationCanceledException => new GraincastException(SqlState.QueryCanceled, $"{call} was cancelled by the silo.", "The silo stops, or a time limit of its own was reached. Try again.", innerException: exception),
        ArgumentException => new GraincastException(
            SqlState.FeatureNotSupported, $"{call} is not offered by the silos: {FirstLine(exception)}", "Bring the silos and this package to the same version.", innerException: exception),
        _ => new GraincastException(SqlState.InternalError, $"{call} failed: {FirstLine(exception)}", "Look at the silos' logs; this is a fault of Graincast.", innerException: exception),
    };

    public static GraincastException NotStarted(Exception? cause = null) => new(
        SqlState.ConnectionFailure,
        "The Graincast client does not run.",
        "It runs while its host does: call it between host.StartAsync() and host.StopAsync().",
        innerException: cause);

    public static GraincastException Unreachable(GraincastClientOptions options, Exception cause) => new(
        SqlState.ConnectionFailure,
        $"No silo of cluster \"{options.ClusterId}\" can be reached: {FirstLine(cause)}",
        options.Gateways.Count > 0
            ? $"Is a silo running at {string.Join(", ", options.Gateways)}?"
            : "Is a silo running (bin/graincast status)? ClusterId and ServiceId must be the silos', and the addresses in graincast.members reachable from here.",
        innerException: cause);

    private static bool IsLost(Exception exception) => exception
        is OrleansMessageRejectionException or ConnectionFailedException or GatewayTooBusyException or ClientNotAvailableException or EnumerationAbortedException
        or TimeoutException or TimeoutRejectedException or GatewayLostException;

    private static string FirstLine(Exception exception) => exception.Message.Split('\n', 2)[0].TrimEnd();
}

/// <summary>The gateway that a call went through closed its connection.</summary>
internal sealed class GatewayLostException() : Exception("the silo closed the connection");
