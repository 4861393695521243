using Microsoft.Extensions.Logging;

namespace Graincast.Supervision;

public sealed partial class SupervisorGrain
{
    [LoggerMessage(2001, LogLevel.Warning, "Run {Run} could not be cancelled at node {Node}: {Reason}")]
    private static partial void LogNotCancelled(ILogger logger, string run, string node, string reason);
}
