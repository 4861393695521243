using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Graincast.Security;

/// <summary>Whether a certificate is good enough, and if not, why, in words for a log.</summary>
internal static class PeerCheck
{
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";
    private const int MaxDescribedLength = 100;

    /// <summary>
    /// Trusts the given CAs and no other, whatever this machine trusts. Nothing is fetched: a peer that nobody knows yet must not choose an address that we call. So
    /// there is no revocation either: who must be kept out is kept out by a new CA.
    /// </summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities, params ReadOnlySpan<string> usages)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        foreach (string usage in usages)
        {
            policy.ApplicationPolicy.Add(new Oid(usage));
        }

        return policy;
    }

    /// <summary>Why a peer with this certificate is refused, null when it is not. The chain is what <see cref="Policy"/> made of it.</summary>
    public static string? Refusal(X509Certificate2? certificate, X509Chain? chain, bool isTrusted, bool mustBeSilo)
    {
        if (certificate is null || chain is null)
        {
            return "it showed no certificate";
        }

        if (!isTrusted || chain.ChainStatus.Length > 0)
        {
            return $"{Describe(certificate)}: {ChainProblem(chain)}";
        }

        // Every suite of TLS 1.3 signs; OpenSSL leaves this bit to us.
        if (certificate.Extensions.OfType<X509KeyUsageExtension>().Any(usage => !usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)))
        {
            return $"{Describe(certificate)}: its key usage does not allow signatures";
        }

        return mustBeSilo && !HasSiloName(certificate) ? $"{Describe(certificate)}: it has no DNS name {TlsCertificates.SiloName}, so it is no silo's" : null;
    }

    /// <summary>Why other silos, who trust the same CAs, would not take this identity for a silo's; null when they would.</summary>
    public static string? SiloRefusal(TlsIdentity identity)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(identity.Authorities, ServerUsage, ClientUsage) };
        chain.ChainPolicy.ExtraStore.AddRange(identity.Own.IntermediateCertificates.ToArray());
        bool isTrusted = chain.Build(identity.Own.TargetCertificate);
        return Refusal(identity.Own.TargetCertificate, chain, isTrusted, mustBeSilo: true);
    }

    /// <summary>Subject and last day. Anyone may send any subject: no line breaks and no end of it get into a log.</summary>
    public static string Describe(X509Certificate2 certificate)
    {
        string subject = new([.. certificate.Subject.Take(MaxDescribedLength).Select(letter => char.IsControl(letter) ? '?' : letter)]);
        return $"certificate \"{subject}\", valid until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm}Z";
    }

    private static string ChainProblem(X509Chain chain)
    {
        X509ChainStatusFlags found = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        // A signature is wrong where another CA has the same name.
        if ((found & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid)) != 0)
        {
            return $"no CA in {TlsFiles.AuthoritiesName} vouches for it";
        }

        if (found.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            X509Certificate2 outside = chain.ChainElements.First(element => element.ChainElementStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid)).Certificate;
            return outside.NotBefore > DateTime.Now ? $"it, or its CA, is not valid before {outside.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm}Z" : "it, or its CA, has expired";
        }

        return found.HasFlag(X509ChainStatusFlags.NotValidForUsage)
            ? "its extended key usage does not allow this end of a connection"
            : string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation));
    }

    private static bool HasSiloName(X509Certificate2 certificate) => certificate.Extensions
        .OfType<X509SubjectAlternativeNameExtension>()
        .SelectMany(names => names.EnumerateDnsNames())
        .Contains(TlsCertificates.SiloName, StringComparer.OrdinalIgnoreCase);
}
