using Microsoft.Extensions.Logging;

namespace Graincast.Security;

/// <summary>
/// A folder with <c>ca.pem</c> (the private CAs that peers are trusted by: more than one while one replaces another), <c>cert.pem</c> (the own certificate, and the
/// intermediate ones after it) and <c>key.pem</c> (its key, not encrypted). Whoever replaces the files need not restart anything.
/// </summary>
public sealed partial class TlsCertificates
{
    /// <summary>The DNS name in a silo's certificate: who has none is a client and cannot pose as a silo.</summary>
    public const string SiloName = "silo.graincast";

    private readonly string _directory;
    private readonly Lock _lock = new();
    private TlsFiles _files;
    private TlsIdentity _identity;
    private string? _warned;

    /// <summary>Reads the folder. Throws 22023, naming the file, when it cannot be used.</summary>
    public TlsCertificates(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        if (directory.Length == 0)
        {
            // A variable that was not set must not turn TLS off.
            throw TlsFiles.Unusable("\"\"", "it is no folder");
        }

        _directory = Path.GetFullPath(directory);
        _files = TlsFiles.Read(_directory);
        _identity = TlsIdentity.Create(_files, _directory);
    }

    /// <summary>The subject and the last day of the own certificate, for people.</summary>
    public string Description => _identity.ToString();

    /// <summary>Throws 22023 when other silos would not take the own certificate for a silo's: at start this is easier to see than in their logs.</summary>
    public void RequireSilo()
    {
        if (PeerCheck.SiloRefusal(_identity) is { } reason)
        {
            throw TlsFiles.Unusable(Path.Combine(_directory, TlsFiles.CertificateName), $"other silos would refuse it: {reason}");
        }
    }

    /// <summary>
    /// What the files hold now, for the next handshake. The files are compared, not their times: a folder that Kubernetes mounts keeps the times of its links, and
    /// two writes may share a tick of the clock. What cannot be used, such as a new certificate beside the old key, leaves the last that could.
    /// </summary>
    internal TlsIdentity Current(ILogger logger)
    {
        lock (_lock)
        {
            try
            {
                TlsFiles files = TlsFiles.Read(_directory);
                if (files != _files)
                {
                    _identity = TlsIdentity.Create(files, _directory);
                    _files = files;
                    LogReplaced(logger, _directory, _identity);
                }

                _warned = null;
            }
            catch (GraincastException exception)
            {
                if (_warned != exception.Message)
                {
                    _warned = exception.Message;
                    LogKept(logger, exception.Message, _identity);
                }
            }

            return _identity;
        }
    }
}
