using Microsoft.Extensions.Logging;

namespace Graincast.Security;

public sealed partial class TlsCertificates
{
    [LoggerMessage(7001, LogLevel.Information, "New connections use what is in {Directory} now: {Certificate}")]
    private static partial void LogReplaced(ILogger logger, string directory, TlsIdentity certificate);

    [LoggerMessage(7002, LogLevel.Warning, "{Reason}; new connections use the last certificate: {Certificate}")]
    private static partial void LogKept(ILogger logger, string reason, TlsIdentity certificate);
}
