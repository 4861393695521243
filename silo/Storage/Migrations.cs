using System.Reflection;
using DbUp;
using DbUp.Builder;
using DbUp.Engine;
using Npgsql;

namespace Graincast.Storage;

/// <summary>
/// Brings a database to this version: the silo's role, the extension, the catalog, Orleans' tables; on Citus every node of it. Safe to repeat and to run
/// twice at once.
/// </summary>
public static class Migrations
{
    // Any fixed number, the same in every release: installers of two versions must wait for each other too.
    private const long InstallLock = 0x6772_6e63_6173_7401;

    /// <summary>The scripts of the catalog.</summary>
    public const string Catalog = "catalog";

    /// <summary>The scripts of Orleans' tables.</summary>
    public const string Cluster = "cluster";

    private const string Journal = "schema_versions";

    /// <summary>
    /// Installs into the database of <paramref name="adminConnectionString"/>, whose role owns the catalog afterwards; Orleans' tables belong to
    /// <paramref name="siloRole"/>, an ordinary role that is created when missing. Returns the scripts that ran and the tables that were distributed.
    /// </summary>
    public static async Task<IReadOnlyList<string>> InstallAsync(string adminConnectionString, string siloRole, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(siloRole);
        var admin = new NpgsqlConnectionStringBuilder(adminConnectionString) { Pooling = false, ApplicationName = "graincast install" };
        admin.Options = $"{admin.Options} {CitusCatalog.Options}".Trim();
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync(cancellation);
        // Held until the connection closes.
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({InstallLock})", cancellation);
        var hasCitus = await CitusCatalog.IsHereAsync(connection, cancellation);
        await CreateRoleAsync(connection, siloRole, cancellation);
        await CreateExtensionAsync(connection, cancellation);
        // Orleans' tables are nothing to the other nodes of Citus, nor is their schema.
        await ExecuteAsync(connection, "SET citus.enable_ddl_propagation = off", cancellation);
        await ExecuteAsync(connection, $"CREATE SCHEMA IF NOT EXISTS graincast AUTHORIZATION {Quote(siloRole)}", cancellation);
        await ExecuteAsync(connection, "RESET citus.enable_ddl_propagation", cancellation);

        var catalog = Upgrade(admin.ConnectionString, Catalog, builder => builder
            .WithVariable("silo_role", Quote(siloRole))
            .WithVariable("silo_role_literal", $"'{siloRole.Replace("'", "''", StringComparison.Ordinal)}'"));
        // The scripts hold the SQL of Orleans' queries in $q$ quotes, which DbUp would take for variables.
        var cluster = Upgrade(AsRole(admin, siloRole), Cluster, builder => builder.WithVariablesDisabled());
        await ExecuteAsync(connection, $"GRANT SELECT ON {Schema(Catalog)}.{Journal} TO {Quote(siloRole)}", cancellation);
        var distributed = hasCitus ? await CitusCatalog.DistributeAsync(connection, cancellation) : [];
        return [.. catalog, .. cluster, .. distributed];
    }

    /// <summary>The version of the extension in a database; empty where it is not.</summary>
    public static async Task<string> ExtensionVersionAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await ScalarAsync(connection, "SELECT extversion FROM pg_extension WHERE extname = $1", "graincast", cancellation) ?? "";

    /// <summary>
    /// The scripts of <paramref name="folder"/> that a database has not seen. A database without a journal was installed from another: a worker of Citus has
    /// the catalog from its coordinator.
    /// </summary>
    public static async Task<IReadOnlyList<string>> MissingAsync(NpgsqlConnection connection, string folder, CancellationToken cancellation)
    {
        var journal = $"{Schema(folder)}.{Journal}";
        if (await ScalarAsync(connection, "SELECT to_regclass($1)::text", journal, cancellation) is null or "")
        {
            return [];
        }
        HashSet<string> seen = [];
        await using var command = new NpgsqlCommand($"SELECT scriptname FROM {journal}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            seen.Add(reader.GetString(0));
        }
        var prefix = Prefix(folder);
        return [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !seen.Contains(name))
            .Select(name => name[prefix.Length..])];
    }

    private static string Schema(string folder) => folder == Catalog ? "pgml" : "graincast";

    private static string Prefix(string folder) => $"Graincast.Storage.schema.{folder}.";

    private static async Task CreateRoleAsync(NpgsqlConnection connection, string role, CancellationToken cancellation)
    {
        if (await ScalarAsync(connection, "SELECT 1 FROM pg_roles WHERE rolname = $1", role, cancellation) is null)
        {
            await ExecuteAsync(connection, $"CREATE ROLE {Quote(role)} LOGIN", cancellation);
        }
    }

    private static async Task CreateExtensionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var version = await ScalarAsync(connection, "SELECT default_version FROM pg_available_extensions WHERE name = $1", "graincast", cancellation)
            ?? throw new GraincastException(
                SqlState.UndefinedObject,
                $"The extension graincast is not installed on the server of database \"{connection.Database}\".",
                $"Run `make install PG_CONFIG=…` on the machine of {connection.Host}, with the pg_config of that server.");
        await ExecuteAsync(connection, "CREATE EXTENSION IF NOT EXISTS graincast", cancellation);
        await ExecuteAsync(connection, $"ALTER EXTENSION graincast UPDATE TO {Quote(version)}", cancellation);
    }

    private static IReadOnlyList<string> Upgrade(string connectionString, string folder, Func<UpgradeEngineBuilder, UpgradeEngineBuilder> configure)
    {
        var prefix = Prefix(folder);
        var engine = configure(DeployChanges.To.PostgresqlDatabase(connectionString)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.StartsWith(prefix, StringComparison.Ordinal))
            .JournalToPostgresqlTable(Schema(folder), Journal)
            .WithTransactionPerScript()
            .LogToNowhere()).Build();
        var result = engine.PerformUpgrade();
        return result.Successful ? [.. result.Scripts.Select(script => script.Name[prefix.Length..])] : throw Failed(result);
    }

    private static GraincastException Failed(DatabaseUpgradeResult result) => new(
        (result.Error as PostgresException)?.SqlState ?? SqlState.InternalError,
        $"The migration {result.ErrorScript?.Name ?? "of the database"} failed: {(result.Error as PostgresException)?.MessageText ?? result.Error.Message}",
        "Nothing of that script was kept. Mend the cause and run the installation again.",
        innerException: result.Error);

    /// <summary>The same connection whose every statement runs as <paramref name="role"/>, so that it owns what is made.</summary>
    private static string AsRole(NpgsqlConnectionStringBuilder admin, string role)
    {
        var escaped = role.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(" ", "\\ ", StringComparison.Ordinal);
        return new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Options = $"{admin.Options} -c role={escaped}".Trim() }.ConnectionString;
    }

    private static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<string?> ScalarAsync(NpgsqlConnection connection, string sql, string argument, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = argument } } };
        return (await command.ExecuteScalarAsync(cancellation))?.ToString();
    }
}
