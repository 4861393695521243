namespace Graincast.Hosting;

/// <summary>
/// What <c>graincast serve</c> is told, by a JSON file, by environment (<c>GRAINCAST__NODE=0</c>) or by options of the command line, the last one wins.
/// </summary>
public sealed class GraincastOptions
{
    /// <summary>The configuration section and the prefix of the environment variables.</summary>
    public const string Section = "Graincast";

    /// <summary>The Postgres server's place in the whole; empty = ask it: on Citus its groupid, else 0.</summary>
    public string Node { get; set; } = "";

    /// <summary>Where columns and logs are kept.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>The Unix socket that backends call; its folder also holds <c>images/</c>.</summary>
    public string Socket { get; set; } = "";

    /// <summary>OS user id of the Postgres server, where it is neither the silo's own nor the owner of the socket's folder; unset = it is one of them.</summary>
    public uint? PostgresUserId { get; set; }

    /// <summary>Npgsql connection string of the silo's role at the Postgres server beside it.</summary>
    public string Connection { get; set; } = "";

    /// <summary>Npgsql connection string of the database that holds Orleans' tables, on Citus the coordinator's; empty = <see cref="Connection"/>.</summary>
    public string ClusterConnection { get; set; } = "";

    /// <summary>Orleans' cluster id.</summary>
    public string ClusterId { get; set; } = "graincast";

    /// <summary>Orleans' service id.</summary>
    public string ServiceId { get; set; } = "graincast";

    /// <summary>A folder with ca.pem, cert.pem and key.pem: connections of silos and clients are TLS, both ends show a certificate; empty = no TLS, only loopback is listened on.</summary>
    public string TlsDirectory { get; set; } = "";

    /// <summary>The IP address that other silos and clients connect to; empty = loopback. Another one needs <see cref="TlsDirectory"/>, and the silo then listens on all of them.</summary>
    public string AdvertisedAddress { get; set; } = "";

    /// <summary>Port between silos; 0 = a free one. A silo that was killed and comes back at another port waits until its old self is declared dead.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for Orleans clients; 0 = a free one.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>IP address and port where health is asked over HTTP (/health/startup, live, ready) and Prometheus for /metrics, e.g. 127.0.0.1:8080; empty = nowhere.</summary>
    public string HealthEndpoint { get; set; } = "";

    /// <summary>OTLP endpoint of traces and metrics, e.g. http://localhost:4317; empty = none.</summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary>Write traces to standard output.</summary>
    public bool ConsoleTraces { get; set; }

    /// <summary>A training's worker is killed above this resident size (53200).</summary>
    public long WorkerMemoryBytes { get; set; } = 4L << 30;

    /// <summary>A training's worker is killed after this time (57014).</summary>
    public int WorkerTimeoutMs { get; set; } = 3_600_000;

    /// <summary>Images beyond this size together are evicted, those used longest ago first; what a backend has mapped stays.</summary>
    public long ImagesBytes { get; set; } = 16L << 30;

    /// <summary>A process that scores an ONNX model is killed above this resident size (53200).</summary>
    public long ScorerMemoryBytes { get; set; } = 1L << 30;

    /// <summary>The same when an import, or rows that are scored at once, take longer (57014).</summary>
    public int ScorerTimeoutMs { get; set; } = 10_000;

    /// <summary>Such a process ends when it was not asked for so long.</summary>
    public int ScorerIdleMs { get; set; } = 300_000;

    /// <summary>ONNX models that have a process at once; for one more the one that was idle longest ends, and if none is it is refused (53200).</summary>
    public int MaxScorers { get; set; } = 8;

    /// <summary>Connections of backends served at once; one more is refused (53300).</summary>
    public int MaxConnections { get; set; } = 1000;
}
