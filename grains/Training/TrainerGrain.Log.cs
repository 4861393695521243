using Microsoft.Extensions.Logging;

namespace Graincast.Training;

public sealed partial class TrainerGrain
{
    [LoggerMessage(1001, LogLevel.Information, "Run {Run} is fed here: project {Project}, algorithm {Algorithm}")]
    private static partial void LogJoined(ILogger logger, ulong run, string project, string algorithm);

    [LoggerMessage(1002, LogLevel.Information, "Run {Run} published image {Sha256} of {SizeBytes} bytes")]
    private static partial void LogPublished(ILogger logger, ulong run, string sha256, long sizeBytes);

    [LoggerMessage(1003, LogLevel.Warning, "The supervisor of run {Run} does not answer: {Reason}")]
    private static partial void LogSupervisorSilent(ILogger logger, string run, string reason);

    [LoggerMessage(1004, LogLevel.Information, "Run {Run} is over or its silo died; its rows here were deleted")]
    private static partial void LogLeftBehind(ILogger logger, string run);
}
