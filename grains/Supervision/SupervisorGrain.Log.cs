using Microsoft.Extensions.Logging;

namespace Graincast.Supervision;

public sealed partial class SupervisorGrain
{
    [LoggerMessage(2001, LogLevel.Warning, "Run {Run} was left behind by a silo that died; its rows were deleted")]
    private static partial void LogCleanedUp(ILogger logger, string run);
}
