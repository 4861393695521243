using Microsoft.Extensions.Logging;

namespace Graincast.Training;

public sealed partial class TrainerGrain
{
    [LoggerMessage(1001, LogLevel.Information, "Run {Run} began: project {Project}, algorithm {Algorithm}")]
    private static partial void LogBegan(ILogger logger, ulong run, string project, string algorithm);

    [LoggerMessage(1002, LogLevel.Information, "Run {Run} published image {Sha256} of {SizeBytes} bytes")]
    private static partial void LogPublished(ILogger logger, ulong run, string sha256, long sizeBytes);
}
