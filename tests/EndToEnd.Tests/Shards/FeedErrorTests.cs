using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>What keeps a training from a distributed table: the caller's rights, values that cannot be used, and others who train.</summary>
[Collection(ClusterCollection.Name)]
public sealed class FeedErrorTests(GraincastCluster cluster)
{
    /// <summary>Rows are placed by place, so that it is known that those with place 3 are on one node only.</summary>
    private const string Tables = """
        CREATE SCHEMA wrong;
        CREATE TABLE wrong.rows (place int, a float8, b float8, word text, y float8);
        SELECT create_distributed_table('wrong.rows', 'place', shard_count => 4, colocate_with => 'none');
        INSERT INTO wrong.rows SELECT i % 20, i % 50, CASE WHEN i % 20 <> 3 THEN i END, 'word', i % 50 + 10 FROM generate_series(1, 2000) AS i;
        CREATE VIEW wrong.holes AS SELECT a, b, y FROM wrong.rows;
        CREATE VIEW wrong.words AS SELECT a, word, y FROM wrong.rows;
        CREATE VIEW wrong.lines AS SELECT a, y FROM wrong.rows;
        """;

    [Theory]
    [InlineData("wrong.lines", "z", "", "42703", "column \"z\"", "Its columns are: a, y")]
    [InlineData("wrong.holes", "y", "", SqlState.NullNotAllowed, "\"b\"", "impute")]
    [InlineData("wrong.words", "word", "", SqlState.DatatypeMismatch, "\"word\"", "classification")]
    [InlineData("wrong.lines", "y", ", test_sampling => 'last'", SqlState.FeatureNotSupported, "'last'", "'random'")]
    [InlineData("wrong.lines", "y", ", algorithm => 'lightgbm', hyperparams => '{\"n_estimators\": -1}'", SqlState.InvalidParameter, "n_estimators", "")]
    public async Task What_cannot_be_trained_on_is_named_from_every_node_and_leaves_no_rows(string relation, string label, string more, string state, string message, string hint)
    {
        Servers.Citus.Require();
        await PrepareAsync();
        foreach (var node in cluster.Nodes)
        {
            await using var session = await Session.OpenAsync(cluster, node: node);
            var error = await session.FailAsync($"SELECT * FROM pgml.train('wrong', 'regression', '{relation}', '{label}'{more})");
            error.SqlState.ShouldBe(state, error.ToString());
            error.MessageText.ShouldContain(message);
            error.Hint.ShouldNotBeNull().ShouldContain(hint);
            await session.MustLiveOnAsync();
        }
        await Wait.UntilAsync("no node has rows of a training", () => !cluster.Nodes.SelectMany(node => Directory.EnumerateFiles(cluster.Columns(node), "*", SearchOption.AllDirectories)).Any());
        (await cluster.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name = 'wrong'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_role_without_SELECT_trains_from_no_node()
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var source = await cluster.ConnectAsAsync("wrong_reader");
        await cluster.ExecuteAsync("GRANT USAGE ON SCHEMA wrong TO wrong_reader");
        foreach (var node in cluster.Nodes)
        {
            await using var session = await Session.OpenAsync(cluster, "wrong_reader", node);
            var error = await session.FailAsync("SELECT * FROM pgml.train('wrong_too', 'regression', 'wrong.rows', 'y')");
            error.SqlState.ShouldBe(SqlState.InsufficientPrivilege, error.ToString());
            error.MessageText.ShouldBe("permission denied for table rows");
        }
    }

    [Fact]
    public async Task Row_level_security_of_a_distributed_table_hides_rows_from_a_training()
    {
        Servers.Citus.Require();
        await PrepareAsync();
        await using var source = await cluster.ConnectAsAsync("wrong_guest");
        await cluster.ExecuteAsync("""
            CREATE TABLE wrong.secrets (id bigint PRIMARY KEY, owner text, a float8, y float8);
            SELECT create_distributed_table('wrong.secrets', 'id');
            INSERT INTO wrong.secrets SELECT i, CASE WHEN i % 4 = 0 THEN 'wrong_guest' ELSE 'other' END, i % 50, i % 50 + CASE WHEN i % 4 = 0 THEN 10 ELSE 90 END FROM generate_series(1, 2000) AS i;
            ALTER TABLE wrong.secrets ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON wrong.secrets USING (owner = current_user);
            GRANT USAGE ON SCHEMA wrong TO wrong_guest;
            GRANT SELECT ON wrong.secrets TO wrong_guest;
            """);
        foreach (var node in cluster.Nodes)
        {
            await using var session = await Session.OpenAsync(cluster, "wrong_guest", node);
            var project = $"wrong_guest_{node}";
            await session.ExecuteAsync($"SELECT * FROM pgml.train('{project}', 'regression', 'wrong.secrets', 'y')");
            (await session.LastRunAsync(project)).ShouldBe("500 2", $"from node {node}");
            (await session.ScalarAsync<string>($"SELECT concat(count(*), ' ', count(*) FILTER (WHERE round((p - a)::numeric, 2) = 10)) FROM (SELECT a, pgml.predict('{project}', s) AS p FROM wrong.secrets s) AS answers"))
                .ShouldBe("500 500");
        }
    }

    [Fact]
    public async Task Four_sessions_train_at_once_and_each_has_the_model_of_its_own_rows()
    {
        Servers.Citus.Require();
        await PrepareAsync();
        const int rounds = 3;
        int[] added = [10, 20, 30, 40];
        foreach (var number in added)
        {
            await cluster.ExecuteAsync($"CREATE VIEW wrong.plus_{number} AS SELECT a, a + {number} AS y FROM wrong.rows WHERE place < {number}");
        }

        await Task.WhenAll(added.Select(async (number, index) =>
        {
            var project = $"wrong_at_once_{number}";
            await using var session = await Session.OpenAsync(cluster, node: index % 3);
            for (var round = 0; round < rounds; round++)
            {
                await session.ExecuteAsync($"SELECT * FROM pgml.train('{project}', 'regression', 'wrong.plus_{number}', 'y')");
                (await session.LastRunAsync(project)).ShouldBe($"{Math.Min(number, 20) * 100} 2");
                (await session.ScalarAsync<string>($"SELECT string_agg(DISTINCT round((p - a)::numeric, 2)::text, ',') FROM (SELECT a, pgml.predict('{project}', ARRAY[a]::real[]) AS p FROM wrong.rows) AS answers"))
                    .ShouldBe($"{number}.00");
            }
        }));
    }

    private async Task PrepareAsync()
    {
        if (!await cluster.ScalarAsync<bool>("SELECT to_regclass('wrong.lines') IS NOT NULL"))
        {
            await cluster.ExecuteAsync(Tables);
        }
    }
}
