using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

/// <summary>A database that has the extension of an earlier release.</summary>
public sealed class UpgradeTests(GraincastServer server)
{
    /// <summary>Members of the extension with all that they are, but for their oids.</summary>
    private const string Members = """
        SELECT string_agg(concat_ws(E'\n', pg_describe_object(d.classid, d.objid, 0), obj_description(d.objid, d.classid::regclass::name), p.proacl::text, c.relacl::text,
            CASE p.prokind WHEN 'f' THEN pg_get_functiondef(p.oid) END, (SELECT a::text FROM pg_aggregate a WHERE a.aggfnoid = p.oid),
            CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END, (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)),
            E'\n' ORDER BY pg_describe_object(d.classid, d.objid, 0))
        FROM pg_depend d
        LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
        LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
        LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
        WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'graincast') AND d.deptype = 'e'
        """;

    [Fact]
    public async Task Installed_over_0_1_0_it_equals_a_fresh_one()
    {
        var folder = Path.GetDirectoryName(Directory.EnumerateFiles(Path.Combine(server.Data, "server"), "graincast.control", SearchOption.AllDirectories).Single())!;
        await using (var earlier = typeof(UpgradeTests).Assembly.GetManifestResourceStream("extension_0.1.0.sql")!)
        await using (var script = File.Create(Path.Combine(folder, "graincast--0.1.0.sql")))
        {
            await earlier.CopyToAsync(script, TestContext.Current.CancellationToken);
        }

        await using var fresh = await CreateDatabaseAsync("fresh_release", "0.2.0");
        await using var upgraded = await CreateDatabaseAsync("upgraded_release", "0.1.0");
        (await AskAsync(upgraded, Members)).ShouldNotBe(await AskAsync(fresh, Members));
        // As copies from between the releases had it.
        await ExecuteAsync(upgraded, """
            CREATE FUNCTION pgml.export_model(model_id bigint) RETURNS bytea LANGUAGE sql RETURN NULL::bytea;
            ALTER EXTENSION graincast ADD FUNCTION pgml.export_model(bigint);
            """);

        foreach (var database in new[] { fresh, upgraded })
        {
            var result = await Cli.GraincastAsync("install", "--connection", database.ConnectionString, "--silo-role", "graincast");
            result.ExitCode.ShouldBe(0, result.ToString());
        }

        (await AskAsync(upgraded, Members)).ShouldBe(await AskAsync(fresh, Members));
        (await AskAsync(upgraded, "SELECT pgml.version()")).ShouldBe(await AskAsync(upgraded, "SELECT extversion FROM pg_extension WHERE extname = 'graincast'"));
        (await AskAsync(upgraded, "SELECT pgml.dot_product('{1,2}'::real[], '{3,4}'::real[])::text")).ShouldBe("11");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<NpgsqlDataSource> CreateDatabaseAsync(string name, string version)
    {
        await using var create = server.Superuser.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var connection = server.ConnectionString();
        (connection.Database, connection.Pooling) = (name, false);
        var database = NpgsqlDataSource.Create(connection);
        await ExecuteAsync(database, $"CREATE EXTENSION graincast VERSION '{version}'");
        return database;
    }

    private static async Task<string> AskAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
