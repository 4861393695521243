using Graincast.Models;
using Npgsql;

namespace Graincast.Storage;

/// <inheritdoc cref="ICatalog"/>
public sealed class Catalog(Databases databases) : ICatalog
{
    /// <inheritdoc/>
    public async Task<bool> NamesAsync(string database, string sha256, CancellationToken cancellationToken) => await Databases.OnLiveConnection.ExecuteAsync(async token =>
    {
        await using NpgsqlCommand command = databases[database].CreateCommand("SELECT EXISTS (SELECT FROM pgml.models WHERE image_sha256 = $1)");
        command.Parameters.Add(new NpgsqlParameter { Value = Convert.FromHexString(sha256) });
        return (bool)(await command.ExecuteScalarAsync(token))!;
    }, cancellationToken);

    /// <summary>Whether a committed model of any of these databases has this image.</summary>
    public async Task<bool> NamesAsync(IReadOnlyList<string> databases, string sha256, CancellationToken cancellationToken)
    {
        foreach (string database in databases)
        {
            if (await NamesAsync(database, sha256, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async Task<bool> CopyImageAsync(string database, string sha256, Stream destination, CancellationToken cancellationToken) => await Databases.OnLiveConnection.ExecuteAsync(async token =>
    {
        ArgumentNullException.ThrowIfNull(destination);
        destination.SetLength(0);
        await using NpgsqlCommand command = databases[database].CreateCommand(
            """
            SELECT data FROM pgml.files
            WHERE path = 'image' AND model_id = (SELECT min(id) FROM pgml.models WHERE image_sha256 = $1)
            ORDER BY part
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = Convert.FromHexString(sha256) });
        await using NpgsqlDataReader parts = await command.ExecuteReaderAsync(token);
        bool found = false;
        while (await parts.ReadAsync(token))
        {
            found = true;
            await destination.WriteAsync(parts.GetFieldValue<byte[]>(0), token);
        }

        return found;
    }, cancellationToken);

    /// <summary>Every database of the server that takes connections, with the extension or without.</summary>
    public async Task<IReadOnlyList<string>> AllDatabasesAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await using NpgsqlCommand all = databases[databases.Home].CreateCommand("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate");
        await using NpgsqlDataReader reader = await all.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    /// <summary>Every database of the server that has the extension. One that cannot be entered is an error: its images must not be taken for unnamed.</summary>
    public async Task<IReadOnlyList<string>> DatabasesAsync(CancellationToken cancellationToken)
    {
        var withCatalog = new List<string>();
        foreach (string name in await AllDatabasesAsync(cancellationToken))
        {
            await using NpgsqlConnection connection = await databases.OpenAsync(name, cancellationToken);
            await using var has = new NpgsqlCommand("SELECT to_regclass('pgml.models') IS NOT NULL", connection);
            if ((bool)(await has.ExecuteScalarAsync(cancellationToken))!)
            {
                withCatalog.Add(name);
            }
        }

        return withCatalog;
    }
}
