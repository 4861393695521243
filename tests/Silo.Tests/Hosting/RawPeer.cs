using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Graincast.Hosting;

/// <summary>Whoever connects to a silo's ports, with real bytes: it trusts everyone and shows what it is told to.</summary>
public static class RawPeer
{
    // As Orleans begins: a length, and a message that is not worth reading on.
    private static readonly byte[] Greeting = [16, 0, 0, 0, .. new byte[16]];

    /// <summary>Shakes hands, greets and reads to the end. Returns how many bytes were answered after the handshake.</summary>
    public static async Task<int> AnsweredBytesAsync(IPEndPoint port, TestAuthority.Issued? shown)
    {
        using TcpClient client = await ConnectAsync(port);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(Options(shown, _ => { }), Timeout());
            await tls.WriteAsync(Greeting, Timeout());
            return await ReadToEndAsync(tls);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return 0;
        }
    }

    /// <summary>The same without TLS.</summary>
    public static async Task<int> AnsweredPlainBytesAsync(IPEndPoint port, ReadOnlyMemory<byte>? greeting = null)
    {
        using TcpClient client = await ConnectAsync(port);
        try
        {
            await client.GetStream().WriteAsync(greeting ?? Greeting, Timeout());
            return await ReadToEndAsync(client.GetStream());
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The thumbprint of the certificate that a port shows now.</summary>
    public static async Task<string> ShownThumbprintAsync(IPEndPoint port, TestAuthority.Issued shown)
    {
        string thumbprint = "";
        using TcpClient client = await ConnectAsync(port);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(Options(shown, certificate => thumbprint = certificate.Thumbprint), Timeout());
        return thumbprint;
    }

    private static SslClientAuthenticationOptions Options(TestAuthority.Issued? shown, Action<X509Certificate2> see)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "any",
#pragma warning disable CA5359 // Whom it talks with is not what is tested.
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                see((X509Certificate2)certificate!);
                return true;
            },
#pragma warning restore CA5359
        };
        if (shown is not null)
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(shown.Certificate);
            options.ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(shown.Certificate, shown.Key), chain, offline: true);
        }

        return options;
    }

    private static async Task<TcpClient> ConnectAsync(IPEndPoint port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(port, Timeout());
        return client;
    }

    private static async Task<int> ReadToEndAsync(Stream stream)
    {
        byte[] buffer = new byte[1024];
        int answered = 0;
        while (await stream.ReadAsync(buffer, Timeout()) is > 0 and var read)
        {
            answered += read;
        }

        return answered;
    }

    private static CancellationToken Timeout() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;
}
