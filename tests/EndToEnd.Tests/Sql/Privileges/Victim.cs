namespace Graincast.Sql.Privileges;

/// <summary>A role with everything that another may be after: two projects, models that answer and that do not, a feature source, a data set, a grant.</summary>
internal sealed class Victim
{
    private Victim(string role, string friend) => (Role, Friend) = (role, friend);

    public string Role { get; }

    /// <summary>May train the first project.</summary>
    public string Friend { get; }

    /// <summary>A classification.</summary>
    public string Project => $"vault of {Role}";

    /// <summary>A decomposition.</summary>
    public string Parts => $"parts of {Role}";

    public string Table => $"{Role}.rows";

    public string Dataset => "wine";

    public IReadOnlyList<long> Models { get; private set; } = [];

    /// <summary>Of the first model's image.</summary>
    public string Sha256 { get; private set; } = "";

    public static async Task<Victim> CreateAsync(TestDatabase database)
    {
        var victim = new Victim(await database.CreateRoleAsync("victim"), await database.CreateRoleAsync("friend"));
        await using var superuser = await database.OpenAsync();
        await superuser.ExecuteAsync($"DROP TABLE pgml.wine; GRANT USAGE ON SCHEMA {victim.Role} TO graincast");
        await using var session = await database.OpenAsync(victim.Role);
        await session.ExecuteAsync($"""
            CREATE TABLE {victim.Table} AS SELECT x AS id, x::real AS a, (x % 5)::real AS b, (x % 2 = 0)::int AS y FROM generate_series(1, 40) x;
            ALTER TABLE {victim.Table} ADD PRIMARY KEY (id);
            CREATE VIEW {victim.Role}.parts AS SELECT a, b FROM {victim.Table};
            GRANT SELECT ON {victim.Table} TO graincast;
            SELECT pgml.load_dataset('{victim.Dataset}');
            SELECT pgml.train('{victim.Project}', 'classification', '{victim.Table}', 'y', 'lightgbm', exclude => '{"{id}"}', automatic_deploy => true);
            SELECT pgml.train('{victim.Project}', algorithm => 'ridge', automatic_deploy => false);
            SELECT pgml.train('{victim.Parts}', 'decomposition', '{victim.Role}.parts', algorithm => 'pca');
            SELECT pgml.create_feature_source('{victim.Project}', '{victim.Table}');
            SELECT pgml.grant_project('{victim.Project}', '{victim.Friend}', 'train')
            """);
        victim.Models = await session.ColumnAsync<long>($"SELECT m.id FROM pgml.models m JOIN pgml.projects p ON p.id = m.project_id WHERE p.owner = '{victim.Role}' ORDER BY m.id");
        victim.Sha256 = await session.ScalarAsync<string>($"SELECT encode(image_sha256, 'hex') FROM pgml.models WHERE id = {victim.Models[0]}");
        return victim;
    }

    /// <summary>Every row that the catalog has of the victim, the images' bytes among them, the rows, what is predicted from them, and what the schema is made of.</summary>
    public Task<string> DescribeAsync(Session superuser) => superuser.ScalarAsync<string>($"""
        WITH p AS (SELECT * FROM pgml.projects WHERE owner = '{Role}'), m AS (SELECT * FROM pgml.models WHERE project_id IN (SELECT id FROM p))
        SELECT concat_ws(E'\n',
            (SELECT string_agg(p::text, ';' ORDER BY id) FROM p),
            (SELECT string_agg(m::text, ';' ORDER BY id) FROM m),
            (SELECT string_agg(d::text, ';' ORDER BY id) FROM pgml.deployments d WHERE project_id IN (SELECT id FROM p)),
            (SELECT string_agg(f::text, ';' ORDER BY id) FROM pgml.files f WHERE model_id IN (SELECT id FROM m)),
            (SELECT string_agg(r::text, ';' ORDER BY id) FROM pgml.runs r WHERE project_id IN (SELECT id FROM p)),
            (SELECT string_agg(s::text, ';' ORDER BY id) FROM pgml.sources s WHERE project_id IN (SELECT id FROM p)),
            (SELECT string_agg(s::text, ';' ORDER BY id) FROM pgml.snapshots s WHERE id IN (SELECT snapshot_id FROM m)),
            (SELECT string_agg(r::text, ';' ORDER BY id) FROM {Table} r),
            (SELECT md5(string_agg(w::text, ';' ORDER BY ctid)) FROM pgml.wine w),
            (SELECT string_agg(pgml.predict('{Project}', r)::text, ';' ORDER BY id) FROM {Table} r),
            (SELECT string_agg(concat(relname, relowner, relacl, relkind, relhastriggers, relhasrules), ';' ORDER BY oid) FROM pg_class WHERE relnamespace IN ('pgml'::regnamespace, '{Role}'::regnamespace)),
            (SELECT md5(string_agg(p::text, ';' ORDER BY oid)) FROM pg_proc p WHERE pronamespace = 'pgml'::regnamespace))
        """);
}
