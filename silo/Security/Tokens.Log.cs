namespace Graincast.Security;

public sealed partial class Tokens
{
    [LoggerMessage(6001, LogLevel.Warning, "The keys of tokens cannot be read, those known are used: {Reason}")]
    private static partial void LogKeysUnreadable(ILogger logger, string reason);
}
