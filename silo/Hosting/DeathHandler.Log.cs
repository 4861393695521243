namespace Graincast.Hosting;

public sealed partial class DeathHandler
{
    [LoggerMessage(3201, LogLevel.Critical, "This silo ends, another one takes its place: {Reason}")]
    private static partial void LogDying(ILogger logger, Exception? exception, string reason);
}
