namespace Graincast.Embedded;

/// <summary>The configuration files of an embedded Postgres, as texts.</summary>
internal static class PostgresConfig
{
    /// <summary>The line that tells a node of a cluster from a Postgres alone.</summary>
    public const string PreloadCitus = "shared_preload_libraries = 'citus, graincast'";

    private const string Preload = "shared_preload_libraries = 'graincast'";
    private const string PortKey = "port = ";

    // Citus connects to other nodes as the caller's role; a connection without the nodes' key is anybody's and needs a password.
    private static readonly string[] NodeRules = ["hostnossl all all 127.0.0.1/32 scram-sha-256", "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca"];

    /// <summary>The settings of a node of a cluster whose nodes know each other by <paramref name="certificate"/>, or of a Postgres alone when that is null.</summary>
    public static string Settings(NodeDirectory node, int port, string? certificate) => $"""
        # Written by graincast at every start: change postgresql.conf instead.
        {PortKey}{port}
        listen_addresses = '127.0.0.1'
        unix_socket_directories = {Quote(node.Run)}
        log_destination = 'stderr'
        log_line_prefix = '%m [%p] %q%u@%d '
        # Loading our library is half of what a connection waits for its first prediction.
        {(certificate is null ? Preload : PreloadCitus)}
        graincast.socket = {Quote(node.SiloSocket)}
        """ + "\n" + (certificate is null ? "" : ClusterSettings(certificate));

    /// <summary>The port in <paramref name="settings"/>, or null.</summary>
    public static int? Port(IEnumerable<string> settings) =>
        settings.FirstOrDefault(line => line.StartsWith(PortKey, StringComparison.Ordinal)) is { } line ? int.Parse(line[PortKey.Length..]) : null;

    /// <summary>Who may connect to a Postgres alone.</summary>
    public static string HostRules(SystemUser user) => $"""
        # Over the Unix socket: {user.Name} and root as the roles that pg_ident.conf gives them, everyone else under their own name.
        local all all peer map=graincast
        host all all 127.0.0.1/32 scram-sha-256
        """ + "\n";

    /// <summary><paramref name="rules"/> that admit other nodes too. The first rule that fits counts, so these come first.</summary>
    public static string WithNodeRules(string rules) => rules.Contains(NodeRules[^1], StringComparison.Ordinal)
        ? rules
        : $"# Over TCP: other nodes by their certificate, everyone else by password.\n{string.Join('\n', NodeRules)}\n{rules}";

    /// <summary>Which OS user may be which role over the Unix socket.</summary>
    public static string UserMap(SystemUser user) => string.Join('\n',
        from osUser in new[] { user.Name, "root" }.Distinct()
        from role in new[] { PostgresServer.Superuser, PostgresServer.SiloRole }
        select $"graincast {osUser} {role}") + "\ngraincast /^(.*)$ \\1\n";

    // What a node of a cluster needs besides. Sizes are those of several servers on one small machine.
    private static string ClusterSettings(string certificate) => $"""

        # Citus
        wal_level = logical
        max_connections = 100
        # A write of several nodes is prepared on each: twice the connections, as Citus advises.
        max_prepared_transactions = 200
        # Shards are relations: a statement may lock them all.
        max_locks_per_transaction = 128
        shared_buffers = '64MB'
        # The maintenance daemon of each database, shard moves and parallel queries.
        max_worker_processes = 16
        citus.local_hostname = '127.0.0.1'
        citus.enable_statistics_collection = off
        ssl = on
        ssl_cert_file = {Quote(certificate)}
        ssl_key_file = {Quote(certificate)}
        ssl_ca_file = {Quote(certificate)}
        citus.node_conninfo = {Quote($"sslmode=verify-ca sslrootcert={Word(certificate)} sslcert={Word(certificate)} sslkey={Word(certificate)}")}
        """ + "\n";

    private static string Quote(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A value of a libpq connection string.</summary>
    private static string Word(string value) => $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
