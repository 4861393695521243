namespace Graincast.Gateway;

public sealed partial class BackendCalls
{
    [LoggerMessage(3101, LogLevel.Error, "A call of a backend failed: {Outline}")]
    private static partial void LogCallFailed(ILogger logger, string outline);

    [LoggerMessage(3102, LogLevel.Warning, "The runs of node {Node} are not known: {Reason}")]
    private static partial void LogRunsUnknown(ILogger logger, string node, string reason);
}
