using System.Globalization;
using Graincast.Servers;
using Npgsql;

namespace Graincast.Security;

/// <summary>What only the silo's role and the superuser can do: read the keys, and so make any token.</summary>
internal static class SiloKeys
{
    /// <summary>A token as the silo would make it, or would not.</summary>
    public static async Task<string> SignAsync(GraincastServer server, string role, string database, int backend, TimeSpan? validFor = null, string cluster = "graincast")
    {
        await using var command = server.Superuser.CreateCommand("SELECT id, key, created_at FROM graincast.token_keys ORDER BY id DESC LIMIT 1");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var key = new TokenKey(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        TimeSpan valid = validFor ?? TimeSpan.FromMinutes(1);
        return TokenText.Write(new Token(role, database, cluster, valid < TimeSpan.Zero ? now + valid - valid.Duration() : now, now + valid, Convert.ToUInt32(backend, CultureInfo.InvariantCulture)), key);
    }
}
