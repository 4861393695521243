using System.Net;
using Npgsql;

namespace Graincast.Hosting;

/// <summary>Refuses options that cannot be used, by the name of the variable to set.</summary>
public static class GraincastOptionsValidator
{
    // struct sockaddr_un has 108 bytes for the path and its terminator.
    private const int MaxSocketPathBytes = 107;

    /// <summary>Throws 22023 on the first option that cannot be used.</summary>
    public static void Check(GraincastOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(!options.Node.Contains('/'), nameof(options.Node), "the name of this node, without a slash, or leave it empty: then the Postgres beside the silo is asked");
        Require(options.DataDirectory.Length > 0, nameof(options.DataDirectory), "a folder that the silo may write");
        Require(options.Socket.Length > 0, nameof(options.Socket), "the path that graincast.socket names in postgresql.conf");
        Require(System.Text.Encoding.UTF8.GetByteCount(options.Socket) <= MaxSocketPathBytes, nameof(options.Socket), $"a path of at most {MaxSocketPathBytes} bytes");
        Require(IsConnectionString(options.Connection), nameof(options.Connection), "an Npgsql connection string such as \"Host=/run/postgresql;Database=app;Username=graincast\"");
        Require(
            options.ClusterConnection.Length == 0 || IsConnectionString(options.ClusterConnection),
            nameof(options.ClusterConnection),
            "an Npgsql connection string of the database with Orleans' tables, or leave it empty: then they are where Connection says");
        Require(
            options.AdvertisedAddress.Length == 0 || IsOneAddress(options.AdvertisedAddress),
            nameof(options.AdvertisedAddress),
            "the IP address that other silos and clients reach this one at, or leave it empty: then only this machine does");
        Require(
            options.TlsDirectory.Length > 0 || options.AdvertisedAddress.Length == 0 || IPAddress.IsLoopback(IPAddress.Parse(options.AdvertisedAddress)),
            nameof(options.TlsDirectory),
            $"a folder with ca.pem, cert.pem and key.pem, or GRAINCAST__ADVERTISEDADDRESS to nothing: without TLS a silo is on loopback only, and {options.AdvertisedAddress} is not");
        Require(
            options.HealthEndpoint.Length == 0 || (IPEndPoint.TryParse(options.HealthEndpoint, out IPEndPoint? health) && health.Port > 0),
            nameof(options.HealthEndpoint),
            "an IP address and a port such as 127.0.0.1:8080, or leave it empty: then health is not served");
        Require(options.WorkerMemoryBytes >= 64 << 20, nameof(options.WorkerMemoryBytes), "at least 67108864 (64 MiB)");
        Require(options.WorkerTimeoutMs > 0, nameof(options.WorkerTimeoutMs), "a positive number of milliseconds");
        Require(options.ImagesBytes > 0, nameof(options.ImagesBytes), "a positive number of bytes");
        Require(options.ScorerMemoryBytes >= 64 << 20, nameof(options.ScorerMemoryBytes), "at least 67108864 (64 MiB)");
        Require(options.ScorerTimeoutMs > 0, nameof(options.ScorerTimeoutMs), "a positive number of milliseconds");
        Require(options.ScorerIdleMs > 0, nameof(options.ScorerIdleMs), "a positive number of milliseconds");
        Require(options.MaxScorers > 0, nameof(options.MaxScorers), "a positive number");
        Require(options.MaxConnections > 0, nameof(options.MaxConnections), "a positive number");
        Require(options.OtlpEndpoint.Length == 0 || Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out _), nameof(options.OtlpEndpoint), "an address such as http://localhost:4317");
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Database);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsOneAddress(string text) => IPAddress.TryParse(text, out IPAddress? address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    private static void Require(bool condition, string name, string wanted)
    {
        if (!condition)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"option {name} cannot be used", $"Set GRAINCAST__{name.ToUpperInvariant()} to {wanted}.");
        }
    }
}
