using System.Collections.Concurrent;
using Graincast.Projects;
using Npgsql;

namespace Graincast.Storage;

/// <inheritdoc cref="IRights"/>
public sealed class Rights(Databases databases, TimeProvider time) : IRights
{
    private const string Sql = """
        SELECT r.rolsuper OR (o.oid IS NOT NULL AND pg_catalog.pg_has_role(r.oid, o.oid, 'USAGE'))
        FROM pg_catalog.pg_roles r LEFT JOIN pg_catalog.pg_roles o ON o.rolname = $2
        WHERE r.rolname = $1
        """;

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Database, string Role, string Owner), (bool MayAct, long ReadAt)> _known = new();

    /// <inheritdoc/>
    public async ValueTask<bool> MayActAsync(string database, string role, string owner, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue((database, role, owner), out var known) && time.GetElapsedTime(known.ReadAt) < MaxAge)
        {
            return known.MayAct;
        }

        long readAt = time.GetTimestamp();
        bool mayAct = await Databases.OnLiveConnection.ExecuteAsync(async token =>
        {
            await using NpgsqlCommand command = databases[database].CreateCommand(Sql);
            command.Parameters.Add(new NpgsqlParameter { Value = role });
            command.Parameters.Add(new NpgsqlParameter { Value = owner });
            return await command.ExecuteScalarAsync(token) is true;
        }, cancellationToken);
        _known[(database, role, owner)] = (mayAct, readAt);
        return mayAct;
    }
}
