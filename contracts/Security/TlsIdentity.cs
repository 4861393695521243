using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Graincast.Security;

/// <summary>Who this process is in a handshake, and by which CAs it trusts others.</summary>
internal sealed class TlsIdentity(SslStreamCertificateContext own, X509Certificate2Collection authorities)
{
    public SslStreamCertificateContext Own => own;

    public X509Certificate2Collection Authorities => authorities;

    // Certificates that were replaced are left to the collector: a handshake may still use them.
    public static TlsIdentity Create(TlsFiles files, string directory)
    {
        X509Certificate2Collection authorities = Import(files.Authorities, Path.Combine(directory, TlsFiles.AuthoritiesName));
        X509Certificate2Collection chain = Import(files.Certificate, Path.Combine(directory, TlsFiles.CertificateName));
        chain.RemoveAt(0);
        try
        {
            return new TlsIdentity(SslStreamCertificateContext.Create(WithKey(files, directory), chain, offline: true), authorities);
        }
        catch (NotSupportedException exception)
        {
            throw TlsFiles.Unusable(Path.Combine(directory, TlsFiles.CertificateName), "its key cannot sign, see its key usage", exception);
        }
    }

    public override string ToString() => PeerCheck.Describe(own.TargetCertificate);

    private static X509Certificate2 WithKey(TlsFiles files, string directory)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPem(files.Certificate, files.Key);
            if (!OperatingSystem.IsWindows())
            {
                return certificate;
            }

            // Windows' TLS takes no key that lives in memory only.
            using (certificate)
            {
                return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw TlsFiles.Unusable(
                Path.Combine(directory, TlsFiles.KeyName), $"it is not the key, in PEM and not encrypted, of the first certificate in {TlsFiles.CertificateName}", exception);
        }
    }

    private static X509Certificate2Collection Import(string text, string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw TlsFiles.Unusable(path, $"it is no PEM of certificates: {exception.Message}", exception);
        }

        return certificates.Count > 0 ? certificates : throw TlsFiles.Unusable(path, "there is no certificate in it");
    }
}
