namespace Graincast.Gateway;

public sealed partial class GatewayService
{
    [LoggerMessage(3001, LogLevel.Information, "Listening on {Path}")]
    private static partial void LogListening(ILogger logger, string path);

    [LoggerMessage(3002, LogLevel.Error, "Could not accept a connection")]
    private static partial void LogAcceptFailed(ILogger logger, Exception exception);

    [LoggerMessage(3003, LogLevel.Warning, "Refused a connection of OS user {UserId}, process {Pid}")]
    private static partial void LogStrangerRefused(ILogger logger, uint userId, int pid);

    [LoggerMessage(3004, LogLevel.Information, "A connection was lost: {Reason}")]
    private static partial void LogConnectionLost(ILogger logger, string reason);

    [LoggerMessage(3005, LogLevel.Error, "A connection failed: {Outline}")]
    private static partial void LogConnectionFailed(ILogger logger, string outline);

    [LoggerMessage(3006, LogLevel.Warning, "Closed {Connections} connections whose calls went on {LimitMs} ms after the silo was told to stop")]
    private static partial void LogDrainedInVain(ILogger logger, int connections, int limitMs);
}
