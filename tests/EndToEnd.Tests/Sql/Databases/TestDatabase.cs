using Graincast.Servers;
using Npgsql;
using Xunit;

namespace Graincast.Sql;

/// <summary>A database of the shared server for one class of tests, so that classes run side by side whatever they do to their catalog.</summary>
public sealed class TestDatabase(GraincastServer server) : IAsyncLifetime
{
    public string Name { get; } = $"sql_{Guid.NewGuid():N}"[..16];

    public GraincastServer Server => server;

    /// <summary>A new session; of a role other than the superuser when <paramref name="role"/> is given.</summary>
    public async Task<Session> OpenAsync(string role = "postgres", string? database = null)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString(role).ConnectionString)
        {
            Database = database ?? Name,
            // A session of its own: caches, settings and the connection to the silo are what these tests are about.
            Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return new Session(connection);
    }

    /// <summary>A new login role that may do what PUBLIC may, and make tables in a schema of its own name.</summary>
    public async Task<string> CreateRoleAsync(string prefix)
    {
        var role = $"{prefix}_{Guid.NewGuid():N}"[..(prefix.Length + 9)];
        await using var superuser = await OpenAsync();
        await superuser.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD '{server.ConnectionString(role).Password}'; CREATE SCHEMA {role} AUTHORIZATION {role}");
        return role;
    }

    public async ValueTask InitializeAsync()
    {
        await TemplateDatabase.CreateAsync(server);
        await using var superuser = await OpenAsync(database: "graincast");
        await superuser.ExecuteAsync($"CREATE DATABASE {Name} TEMPLATE {TemplateDatabase.Name}");
    }

    /// <summary>The server is deleted whole.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
