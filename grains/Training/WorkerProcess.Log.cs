using Microsoft.Extensions.Logging;

namespace Graincast.Training;

internal sealed partial class WorkerProcess
{
    [LoggerMessage(1101, LogLevel.Error, "A worker failed; it wrote: {StandardError}")]
    private static partial void LogFailed(ILogger logger, string standardError);
}
