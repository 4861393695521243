namespace Graincast.Storage;

public sealed partial class ImageSweeper
{
    [LoggerMessage(4001, LogLevel.Information, "Swept {Count} images that no model names")]
    private static partial void LogSwept(ILogger logger, int count);

    [LoggerMessage(4002, LogLevel.Warning, "Could not sweep images")]
    private static partial void LogSweepFailed(ILogger logger, Exception exception);
}
