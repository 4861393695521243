using System.Collections.Concurrent;
using Graincast.Projects;
using Npgsql;

namespace Graincast.Storage;

/// <inheritdoc cref="IRights"/>
public sealed class Rights(Databases databases, TimeProvider time) : IRights
{
    private const string Sql = """
        SELECT r.rolsuper OR EXISTS (SELECT FROM pg_catalog.pg_roles u WHERE u.rolname = ANY ($2) AND pg_catalog.pg_has_role(r.oid, u.oid, 'USAGE'))
        FROM pg_catalog.pg_roles r
        WHERE r.rolname = $1
        """;

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Database, string Role, string Users), (bool MayAct, long ReadAt)> _known = new();

    /// <inheritdoc/>
    public async ValueTask<bool> MayActAsync(string database, string role, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        (string, string, string) key = (database, role, string.Join('\0', users));
        if (_known.TryGetValue(key, out var known) && time.GetElapsedTime(known.ReadAt) < MaxAge)
        {
            return known.MayAct;
        }

        long readAt = time.GetTimestamp();
        bool mayAct = await Databases.OnLiveConnection.ExecuteAsync(async token =>
        {
            await using NpgsqlCommand command = databases[database].CreateCommand(Sql);
            command.Parameters.Add(new NpgsqlParameter { Value = role });
            command.Parameters.Add(new NpgsqlParameter { Value = users.ToArray() });
            return await command.ExecuteScalarAsync(token) is true;
        }, cancellationToken);
        _known[key] = (mayAct, readAt);
        return mayAct;
    }
}
