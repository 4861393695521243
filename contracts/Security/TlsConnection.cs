using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Graincast.Security;

/// <summary>
/// Puts TLS under a connection of Orleans; both ends show a certificate. Not Microsoft.Orleans.Connections.Security: that brings the silo's runtime to every client, and
/// logs of a refused peer a stack trace without the reason.
/// </summary>
internal sealed partial class TlsConnection(TlsCertificates certificates, bool accepts, bool peerMustBeSilo, ILogger<TlsConnection> logger)
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    // No refusal: who looks whether the port is open does so too, as another silo of this node before it starts.
    private const string HungUp = "the other end hung up in the handshake";

    // Two records of TLS.
    private const int BufferSizeBytes = 32 * 1024;

    // Types of records that a handshake may begin with.
    private const byte Alert = 21;
    private const byte Handshake = 22;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    public async Task RunAsync(ConnectionContext context, ConnectionDelegate next)
    {
        IDuplexPipe transport = context.Transport;
        var received = new DuplexPipeStream(transport);
        await using var stream = new SslStream(received, leaveInnerStreamOpen: false);
        if (await FailureAsync(stream) is { } reason)
        {
            reason = received.FirstByte is null or Alert or Handshake ? reason : "it does not speak TLS";
            if (reason == HungUp)
            {
                LogHungUp(logger, context.RemoteEndPoint);
            }
            else
            {
                LogRefused(logger, context.RemoteEndPoint, reason);
            }

            // Whoever wanted to connect is told why; a stranger is not.
            if (!accepts)
            {
                throw new ConnectionAbortedException($"{context.RemoteEndPoint} cannot be talked with: {reason}");
            }

            return;
        }

        context.Transport = new StreamPipes(
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferSizeBytes, leaveOpen: true)),
            PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferSizeBytes, leaveOpen: true)));
        try
        {
            await next(context);
        }
        finally
        {
            // Orleans closes what it opened.
            context.Transport = transport;
        }
    }

    /// <summary>Shakes hands. Returns why that failed, or null.</summary>
    private async Task<string?> FailureAsync(SslStream stream)
    {
        string? refusal = null;
        TlsIdentity identity = certificates.Current(logger);
        using var timeout = new CancellationTokenSource(HandshakeTimeout);
        try
        {
            await (accepts ? stream.AuthenticateAsServerAsync(Server(), timeout.Token) : stream.AuthenticateAsClientAsync(Client(), timeout.Token));
            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return $"the handshake took over {HandshakeTimeout.TotalSeconds:F0} s";
        }
        catch (Exception exception) when (refusal is null && exception is (IOException or OperationCanceledException))
        {
            return HungUp;
        }
        catch (Exception exception)
        {
            // Whatever it is, the handshake is not done.
            return refusal ?? exception.GetBaseException().Message;
        }

        bool IsAccepted(object _, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            // The name that was connected to says nothing: silos move. What counts is checked here.
            bool isTrusted = (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
            refusal = PeerCheck.Refusal((X509Certificate2?)certificate, chain, isTrusted, peerMustBeSilo);
            return refusal is null;
        }

        SslServerAuthenticationOptions Server() => new()
        {
            ServerCertificateContext = identity.Own,
            ClientCertificateRequired = true,
            CertificateChainPolicy = PeerCheck.Policy(identity.Authorities, PeerCheck.ClientUsage),
            RemoteCertificateValidationCallback = IsAccepted,
            EnabledSslProtocols = Protocols,
            // A session that is taken up again shows no certificate; connections are few and long.
            AllowTlsResume = false,
        };

        SslClientAuthenticationOptions Client() => new()
        {
            TargetHost = TlsCertificates.SiloName,
            ClientCertificateContext = identity.Own,
            CertificateChainPolicy = PeerCheck.Policy(identity.Authorities, PeerCheck.ServerUsage),
            RemoteCertificateValidationCallback = IsAccepted,
            EnabledSslProtocols = Protocols,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
    }

    private sealed record StreamPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
