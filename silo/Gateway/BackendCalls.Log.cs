namespace Graincast.Gateway;

public sealed partial class BackendCalls
{
    [LoggerMessage(3101, LogLevel.Error, "A call of a backend failed")]
    private static partial void LogCallFailed(ILogger logger, Exception exception);
}
