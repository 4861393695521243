using System.Net;
using Microsoft.Extensions.Logging;

namespace Graincast.Security;

internal sealed partial class TlsConnection
{
    [LoggerMessage(7003, LogLevel.Warning, "Refused a connection with {Peer}: {Reason}")]
    private static partial void LogRefused(ILogger logger, EndPoint? peer, string reason);

    [LoggerMessage(7004, LogLevel.Debug, "{Peer} hung up in the handshake")]
    private static partial void LogHungUp(ILogger logger, EndPoint? peer);
}
