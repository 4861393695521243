namespace Graincast.Sql.Privileges;

/// <summary>What a role without a right may try on the projects of another: a call, and a way to make it.</summary>
internal sealed class Attempts(Random random, Victim victim, string thief, long ownModel)
{
    private static readonly string[] Tables = ["projects", "models", "deployments", "files", "runs", "sources", "snapshots", "schema_versions"];

    /// <summary>The statements of one attempt; ended by ROLLBACK and DISCARD ALL, whatever came of it.</summary>
    public string Next() => random.Next(5) == 0 ? Statement() : Way(Call());

    private string Call() => Pick(
        $"pgml.predict('{victim.Project}', {Features()})",
        $"pgml.predict({Model()}, {Features()})",
        $"pgml.predict('{victim.Project}', ROW(1, 2))",
        $"pgml.predict('{victim.Project}', o) FROM {thief}.own_rows o",
        $"pgml.predict_label('{victim.Project}', {Features()})",
        $"pgml.predict_label({Model()}, ROW('1', '2'))",
        $"pgml.predict_proba('{victim.Project}', {Features()})",
        $"pgml.predict_proba({Model()}, {Features()})",
        $"pgml.predict_batch('{victim.Project}', ARRAY[1, 2, 3, 4]::real[])",
        $"pgml.predict_batch({Model()}, ARRAY[1, 2]::real[])",
        $"pgml.predict_by_key('{victim.Project}', {random.Next(1, 20)})",
        $"pgml.predict_by_key('{victim.Project}', '{random.Next(1, 20)}'::text)",
        $"pgml.decompose('{victim.Parts}', ARRAY[1, 2]::real[])",
        $"pgml.train('{victim.Project}')",
        $"pgml.train('{victim.Project}', algorithm => 'ridge', automatic_deploy => false)",
        $"pgml.train('{victim.Project}', 'classification', '{thief}.own_rows', 'y')",
        $"pgml.train('{victim.Parts}', 'decomposition', '{thief}.own_rows')",
        $"pgml.train('{thief} learns from it', 'regression', '{victim.Table}', 'a')",
        $"pgml.deploy({Model()})",
        $"pgml.deploy('{victim.Project}', '{Pick("best_score", "most_recent", "rollback")}')",
        $"pgml.drop_model({Model()})",
        $"pgml.drop_project('{Pick(victim.Project, victim.Parts)}')",
        $"pgml.export_model({Model()})",
        $"pgml.import_model('{victim.Project}', 'classification', pgml.export_model({ownModel}))",
        $"pgml.feature_importance('{victim.Project}')",
        $"pgml.feature_importance({Model()})",
        $"pgml.grant_project('{victim.Project}', '{thief}', '{Privilege()}')",
        $"pgml.revoke_project('{victim.Project}', '{victim.Friend}', '{Privilege()}')",
        $"pgml.create_feature_source('{victim.Project}', '{thief}.own_rows', '{{a}}')",
        $"pgml.create_feature_source('{thief}', '{victim.Table}', '{{id}}')",
        $"pgml.drop_feature_source('{victim.Project}')",
        $"pgml.snapshot('{victim.Table}', 'y')",
        $"pgml.source_rows('{victim.Project}', 1, '{{a,b}}', '{{1}}')",
        $"pgml.load_dataset('{victim.Dataset}')",
        $"pgml.publish_run({Model()})",
        $"pgml.silo_role()",
        $"max(md5(data)) FROM pgml.files",
        $"max(md5(key)) FROM graincast.token_keys",
        $"max(a) FROM {victim.Table}");

    /// <summary>Ways to make a call. Its value is looked at without a cast, and not thrown away by the planner.</summary>
    private string Way(string call)
    {
        var query = $"SELECT s IS NULL FROM (SELECT {call.Replace(" FROM ", " AS s FROM ", StringComparison.Ordinal)}{(call.Contains(" FROM ", StringComparison.Ordinal) ? "" : " AS s")} OFFSET 0) t";
        var literal = query.Replace("'", "''", StringComparison.Ordinal);
        return Pick(
            query,
            $"SELECT {thief}.run('{literal}')",
            $"CREATE OR REPLACE VIEW {thief}.looks AS {query}; SELECT * FROM {thief}.looks",
            $"INSERT INTO {thief}.triggered VALUES ('{literal}')",
            $"PREPARE p AS {query}; EXECUTE p",
            $"BEGIN; DECLARE c CURSOR FOR {query}; FETCH ALL FROM c",
            $"SET search_path = {thief}, pg_catalog; {query}",
            $"CREATE TEMP TABLE projects AS SELECT p.id, p.name, p.task, '{thief}'::name AS owner, '{{}}'::text[] AS predict_to FROM pgml.projects p; SET search_path = pg_temp, {thief}, pgml; {query}",
            $"SET graincast.pin = '{Hex(victim.Project)}:{victim.Models[0]}:{victim.Sha256}'; {query}",
            $"SET graincast.on_behalf_of = '{victim.Role}'; {query}",
            $"SET ROLE {Pick(victim.Role, "postgres", "graincast")}; {query}",
            $"SET SESSION AUTHORIZATION {Pick(victim.Role, "postgres")}; {query}",
            $"SELECT {thief}.run('SET LOCAL ROLE {victim.Role}'); {query}",
            $"SET force_parallel_mode = on; {query}",
            $"SET default_transaction_isolation = 'serializable'; SET graincast.socket = '/nowhere'; {query}",
            $"DO $do$ BEGIN PERFORM * FROM ({query}) d; END $do$");
    }

    private string Statement()
    {
        var table = Pick(Tables);
        return Pick(
            $"INSERT INTO pgml.{table} DEFAULT VALUES",
            $"UPDATE pgml.projects SET owner = '{thief}'",
            $"UPDATE pgml.projects SET predict_to = ARRAY['{thief}'] WHERE name = '{victim.Project}'",
            $"UPDATE pgml.models SET image_sha256 = image_sha256",
            $"DELETE FROM pgml.{table}",
            $"TRUNCATE pgml.{table} CASCADE",
            $"BEGIN; LOCK pgml.{table} IN EXCLUSIVE MODE",
            $"DROP TABLE pgml.{table} CASCADE",
            $"ALTER TABLE pgml.{table} OWNER TO {thief}",
            $"ALTER TABLE pgml.{table} DISABLE TRIGGER ALL",
            $"GRANT ALL ON pgml.{table} TO {thief}; SELECT md5(data) FROM pgml.files",
            $"CREATE TRIGGER mine BEFORE INSERT ON pgml.{table} FOR EACH ROW EXECUTE FUNCTION {thief}.run_trigger()",
            $"CREATE RULE mine AS ON INSERT TO pgml.{table} DO INSTEAD NOTHING",
            $"CREATE POLICY mine ON pgml.{table} USING (true)",
            $"CREATE OR REPLACE FUNCTION pgml.predict(project_name text, features real[]) RETURNS real LANGUAGE sql RETURN 1",
            $"CREATE FUNCTION pgml.mine() RETURNS int LANGUAGE sql RETURN 1",
            $"ALTER FUNCTION pgml.drop_project(text) SECURITY DEFINER",
            $"DROP FUNCTION pgml.deployed_model(text)",
            $"DROP EXTENSION graincast CASCADE",
            $"ALTER EXTENSION graincast DROP FUNCTION pgml.version()",
            $"DROP SCHEMA {Pick("pgml", "graincast", victim.Role)} CASCADE",
            $"SELECT setval('pgml.{Pick("projects", "models", "deployments")}_id_seq', 1)",
            $"COPY pgml.files TO PROGRAM 'cat'",
            $"ALTER TABLE {victim.Table} OWNER TO {thief}",
            $"GRANT {victim.Role} TO {thief}",
            $"CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION {thief}.run_trigger()");
    }

    private string Features() => Pick("ARRAY[1, 2]::real[]", "ARRAY[1, 2]::float8[]", "ARRAY[1, 2]", "ARRAY[1, 2]::bigint[]", "ARRAY[1, 2]::smallint[]", "ARRAY[1.5, 2.5]", "ARRAY[true, false]");

    private string Model() => $"{victim.Models[random.Next(victim.Models.Count)]}::bigint";

    private string Privilege() => Pick("predict", "train", "owner");

    private string Pick(params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];

    private static string Hex(string text) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text));
}
