using Graincast.Servers;
using Npgsql;

namespace Graincast.Storage;

/// <summary>Runs Orleans' queries as its providers do: text by key from the table, parameters by name, as the silo's role.</summary>
internal static class OrleansSql
{
    /// <summary>The first column of the first row, or null when there is no row or a NULL.</summary>
    public static async Task<object?> ScalarAsync(this GraincastServer server, string key, params (string Name, object? Value)[] parameters)
    {
        var rows = await server.RowsAsync(key, parameters);
        return rows is [[var first, ..], ..] ? first : null;
    }

    public static async Task<List<object?[]>> RowsAsync(this GraincastServer server, string key, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await server.Superuser.OpenConnectionAsync();
        await using var role = new NpgsqlCommand("SET ROLE graincast; SET search_path = graincast", connection);
        await role.ExecuteNonQueryAsync();
        await using var find = new NpgsqlCommand("SELECT QueryText FROM OrleansQuery WHERE QueryKey = $1", connection) { Parameters = { new() { Value = key } } };
        await using var query = new NpgsqlCommand((string)(await find.ExecuteScalarAsync())!, connection);
        foreach (var (name, value) in parameters)
        {
            query.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }
        await using var reader = await query.ExecuteReaderAsync();
        List<object?[]> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))]);
        }
        return rows;
    }
}
