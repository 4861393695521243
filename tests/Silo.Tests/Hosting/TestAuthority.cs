using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Graincast.Security;

namespace Graincast.Hosting;

/// <summary>A private CA, made for a test.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "test CA")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1));
    }

    public string Pem => _certificate.ExportCertificatePem();

    public void Dispose() => _certificate.Dispose();

    public Issued Silo(string name = "silo") => Issue(name, TlsCertificates.SiloName, [ServerUsage, ClientUsage]);

    /// <summary>All that a silo's has but the name.</summary>
    public Issued Client(string name = "client") => Issue(name, "app.example", [ServerUsage, ClientUsage]);

    public Issued Expired() => Issue("expired", TlsCertificates.SiloName, [ServerUsage, ClientUsage], fromDays: -10, toDays: -1);

    public Issued NotYetValid() => Issue("early", TlsCertificates.SiloName, [ServerUsage, ClientUsage], fromDays: 1, toDays: 10);

    /// <summary>Says that it is a silo's, but not that it may be shown by who connects.</summary>
    public Issued ServerOnly() => Issue("server only", TlsCertificates.SiloName, [ServerUsage]);

    public Issued NoSignatures() => Issue("no signatures", TlsCertificates.SiloName, [ServerUsage, ClientUsage], X509KeyUsageFlags.NonRepudiation);

    /// <summary>A silo's certificate that a client made with its own as if that were a CA's.</summary>
    public Issued ByClient()
    {
        Issued client = Client();
        using var issuer = X509Certificate2.CreateFromPem(client.Certificate, client.Key);
        Issued forged = Issue("forged", TlsCertificates.SiloName, [ServerUsage, ClientUsage], issuer: issuer);
        return forged with { Certificate = forged.Certificate + "\n" + client.Certificate };
    }

    private Issued Issue(
        string name, string dnsName, string[] usages, X509KeyUsageFlags keyUsage = X509KeyUsageFlags.DigitalSignature, int fromDays = -1, int toDays = 1, X509Certificate2? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(keyUsage, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages.Select(usage => new Oid(usage))], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        X509Certificate2 by = issuer ?? _certificate;
        using ECDsa signer = by.GetECDsaPrivateKey()!;
        using X509Certificate2 certificate = request.Create(
            by.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays), RandomNumberGenerator.GetBytes(16));
        return new Issued(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), certificate.Thumbprint);
    }

    /// <summary>A certificate, or a chain, and its key, in PEM.</summary>
    public sealed record Issued(string Certificate, string Key, string Thumbprint)
    {
        /// <summary>Makes the folder that a silo or a client is given.</summary>
        public string WriteTo(string directory, params string[] authorities)
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, "ca.pem"), string.Join('\n', authorities));
            File.WriteAllText(Path.Combine(directory, "cert.pem"), Certificate);
            File.WriteAllText(Path.Combine(directory, "key.pem"), Key);
            return directory;
        }
    }
}
