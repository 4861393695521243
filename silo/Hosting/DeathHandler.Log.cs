namespace Graincast.Hosting;

public sealed partial class DeathHandler
{
    /// <summary>How the line of the log begins that says why.</summary>
    public const string Dying = "This silo ends:";

    [LoggerMessage(3201, LogLevel.Critical, Dying + " {Reason}")]
    private static partial void LogDying(ILogger logger, Exception? exception, string reason);
}
