using Xunit;

namespace Graincast.Servers;

/// <summary>Whether the Postgres that the app was built for has Citus.</summary>
public static class Citus
{
    private const string Reason = "The extension citus is not installed for the PostgreSQL that bin/graincast was built for.";

    public static bool IsAvailable { get; } = File.Exists(ControlFile());

    /// <summary>Skips the test where there is no Citus.</summary>
    public static void Require() => Assert.SkipUnless(IsAvailable, Reason);

    private static string ControlFile()
    {
        const string key = "SHAREDIR = ";
        var config = Path.Combine(Cli.Repository, "bin", "app", "extension", "pg_config.txt");
        return Path.Combine(File.ReadLines(config).Single(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..], "extension", "citus.control");
    }
}
