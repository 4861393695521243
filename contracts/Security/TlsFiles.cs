namespace Graincast.Security;

/// <summary>The texts of the three files, equal when the files are.</summary>
internal readonly record struct TlsFiles(string Authorities, string Certificate, string Key)
{
    public const string AuthoritiesName = "ca.pem";
    public const string CertificateName = "cert.pem";
    public const string KeyName = "key.pem";

    public static TlsFiles Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw Unusable(directory, "there is no such folder");
        }

        return new TlsFiles(Text(directory, AuthoritiesName), Text(directory, CertificateName), Text(directory, KeyName));
    }

    public static GraincastException Unusable(string path, string reason, Exception? exception = null) => new(
        SqlState.InvalidParameter,
        $"option TlsDirectory: {path} cannot be used: {reason}",
        "Set TlsDirectory (GRAINCAST__TLSDIRECTORY at a silo) to a folder that this user can read, with ca.pem (the CAs), cert.pem (this process' certificate) and key.pem (its key). "
        + "The README says under \"Several machines\" how to make them.",
        innerException: exception);

    // A record would print the key.
    public override string ToString() => nameof(TlsFiles);

    private static string Text(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception is FileNotFoundException ? "there is no such file" : exception.Message, exception);
        }
    }
}
