using Microsoft.Extensions.Logging;

namespace Graincast.Training;

public sealed partial class TrainWorkers
{
    [LoggerMessage(1102, LogLevel.Warning, "No spare worker could be started; the next training starts its own")]
    private static partial void LogNoSpare(ILogger logger, Exception exception);

    [LoggerMessage(1103, LogLevel.Warning, "The spare worker {End}; a training starts its own")]
    private static partial void LogSpareEnded(ILogger logger, string end);
}
