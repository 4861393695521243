using System.Net;

namespace Graincast.Hosting;

public sealed partial class SiloEndpoints
{
    [LoggerMessage(3301, LogLevel.Information, "No TLS, so only this machine can connect: silos at {Silo}, clients at {Gateway}. GRAINCAST__TLSDIRECTORY turns TLS on")]
    private static partial void LogLoopbackOnly(ILogger logger, IPEndPoint silo, IPEndPoint gateway);

    [LoggerMessage(3302, LogLevel.Information, "TLS by {Directory}: silos at {Silo}, clients at {Gateway}, {Certificate}")]
    private static partial void LogTls(ILogger logger, IPEndPoint silo, IPEndPoint gateway, string directory, string certificate);
}
