using Microsoft.Extensions.Logging;

namespace Graincast.Supervision;

public sealed partial class SupervisorGrain
{
    [LoggerMessage(2001, LogLevel.Warning, "Run {Run} could not be cancelled at node {Node}: {Reason}")]
    private static partial void LogNotCancelled(ILogger logger, string run, string node, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "The end of run {Run} was not written: {Reason}")]
    private static partial void LogNotPublished(ILogger logger, string run, string reason);
}
