using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>Relations whose rows Citus brings together in its several ways: each row is fed once, where Citus makes it.</summary>
[Collection(ClusterCollection.Name)]
public sealed class FeedFormTests(GraincastCluster cluster)
{
    private const string Tables = """
        CREATE SCHEMA forms;
        CREATE TABLE forms.orders (id bigint PRIMARY KEY, a float8, y float8);
        CREATE TABLE forms.customers (id bigint PRIMARY KEY, b float8);
        CREATE TABLE forms.one_key (tenant int, a float8, y float8);
        CREATE TABLE forms.empty (id bigint PRIMARY KEY, a float8, y float8);
        CREATE TABLE forms.managed (a float8, y float8);
        SELECT create_distributed_table('forms.orders', 'id', shard_count => 8, colocate_with => 'none');
        SELECT create_distributed_table('forms.customers', 'id', colocate_with => 'forms.orders');
        SELECT create_distributed_table('forms.one_key', 'tenant', shard_count => 8, colocate_with => 'none');
        SELECT create_distributed_table('forms.empty', 'id');
        SELECT citus_add_local_table_to_metadata('forms.managed');
        """;

    private const string Rows = """
        INSERT INTO forms.orders SELECT i, i % 50, i % 50 + i % 5 FROM generate_series(1, 1000) AS i;
        INSERT INTO forms.customers SELECT i, i % 5 FROM generate_series(1, 800) AS i;
        INSERT INTO forms.one_key SELECT 1, i % 50, i % 50 FROM generate_series(1, 300) AS i;
        INSERT INTO forms.managed SELECT i % 50, i % 50 FROM generate_series(1, 250) AS i;
        CREATE VIEW forms.joined AS SELECT o.a, c.b, o.y FROM forms.orders o JOIN forms.customers c USING (id);
        CREATE VIEW forms.one_tenant AS SELECT a, y FROM forms.one_key WHERE tenant = 1;
        CREATE VIEW forms.grouped AS SELECT a, sum(y) AS y FROM forms.orders GROUP BY a;
        CREATE VIEW forms.united AS SELECT a, y FROM forms.orders UNION ALL SELECT a, y FROM forms.one_key;
        CREATE VIEW forms.nested AS SELECT a, y FROM forms.orders WHERE y IN (SELECT y FROM forms.orders ORDER BY y DESC, id LIMIT 10);
        """;

    /// <summary>The number of nodes is 0 where it is Citus' business.</summary>
    [Theory]
    [InlineData("forms.joined", 800, 2)]
    [InlineData("forms.one_key", 300, 1)]
    [InlineData("forms.one_tenant", 300, 1)]
    [InlineData("forms.grouped", 50, 1)]
    [InlineData("forms.united", 1300, 0)]
    [InlineData("forms.nested", 20, 0)]
    [InlineData("forms.managed", 250, 1)]
    public async Task What_Citus_joins_routes_groups_and_unites_is_fed_once_from_any_node(string relation, int rows, int nodes)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        foreach (var node in cluster.Nodes)
        {
            await using var session = await Session.OpenAsync(cluster, node: node);
            var expected = await session.ScalarAsync<long>($"SELECT count(*) FROM {relation}");
            if (relation != "forms.nested")
            {
                expected.ShouldBe(rows);
            }
            await session.ExecuteAsync(Train(relation));
            var run = await session.LastRunAsync(relation);
            run.ShouldStartWith($"{expected} ", Case.Sensitive, $"from node {node}");
            if (nodes > 0)
            {
                run.ShouldBe($"{expected} {nodes}", $"from node {node}");
            }
        }
    }

    [Fact]
    public async Task A_local_table_of_a_worker_is_fed_by_that_worker_and_its_model_answers_everywhere()
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var session = await Session.OpenAsync(cluster, node: 1);
        await session.ExecuteAsync("CREATE TABLE forms.of_worker AS SELECT a::float8, a + 5::float8 AS y FROM generate_series(1, 400) AS a");

        await session.ExecuteAsync(Train("forms.of_worker"));

        (await session.LastRunAsync("forms.of_worker")).ShouldBe("400 1");
        (await session.ScalarAsync<string>("SELECT concat(count(*), ' ', count(*) FILTER (WHERE round((pgml.predict('forms.of_worker', ARRAY[a]::real[]) - a)::numeric, 2) = 5)) FROM forms.orders"))
            .ShouldBe("1000 1000");
        foreach (var node in cluster.Nodes)
        {
            await using var other = await Session.OpenAsync(cluster, node: node);
            (await other.ScalarAsync<float>("SELECT pgml.predict('forms.of_worker', ARRAY[7]::real[])")).ShouldBe(12, 0.01);
        }
    }

    [Fact]
    public async Task A_distributed_table_without_rows_is_refused()
    {
        Servers.Citus.Require();
        await PrepareAsync();
        foreach (var node in cluster.Nodes)
        {
            await using var session = await Session.OpenAsync(cluster, node: node);
            var error = await session.FailAsync(Train("forms.empty"));
            error.SqlState.ShouldBe(SqlState.InvalidParameter);
            error.MessageText.ShouldBe("there are no rows to train on");
            error.Hint.ShouldNotBeNull().ShouldContain("Is the relation empty");
        }
    }

    private static string Train(string relation) => $"SELECT * FROM pgml.train('{relation}', 'regression', '{relation}', 'y')";

    private async Task PrepareAsync()
    {
        if (!await cluster.ScalarAsync<bool>("SELECT to_regclass('forms.nested') IS NOT NULL"))
        {
            await cluster.ExecuteAsync(Tables);
            await cluster.ExecuteAsync(Rows);
        }
    }
}
