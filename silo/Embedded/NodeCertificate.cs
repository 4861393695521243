using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Graincast.Embedded;

/// <summary>
/// The one certificate by which the nodes of a data directory know each other. Citus connects as whatever role the caller is, so what a node proves is not
/// who the role is but that the connection comes from a node: only the servers' user can read the key. Key and certificate are one file, so that a renewal
/// replaces both at once.
/// </summary>
internal static class NodeCertificate
{
    private const int ValidityYears = 10;
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromDays(30);

    /// <summary>Makes the certificate when it is missing or about to expire. Returns whether it did.</summary>
    public static bool Refresh(string path, SystemUser user, DateTimeOffset now)
    {
        if (IsValid(path, now))
        {
            return false;
        }
        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            user.CreateDirectory(Path.GetDirectoryName(path)!, "0700");
        }
        user.WriteSecret(path, Create(now));
        return true;
    }

    private static bool IsValid(string path, DateTimeOffset now)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(path));
        return certificate.NotAfter.ToUniversalTime() - RenewedBefore > now.UtcDateTime;
    }

    private static string Create(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=graincast nodes", key, HashAlgorithmName.SHA256);
        // It vouches for itself: server, client and authority in one.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true));
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(ValidityYears));
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }
}
