using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Shards;

/// <summary>The rights and the words of one Postgres hold on every node, and arrive from there.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PrivilegeTests(GraincastCluster cluster)
{
    [Fact]
    public async Task Another_roles_project_is_refused_on_every_node_and_from_every_shard()
    {
        Servers.Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "private", 10);
        await using var source = await cluster.ConnectAsAsync("stranger");
        await cluster.ExecuteAsync("GRANT USAGE ON SCHEMA private TO stranger; GRANT SELECT ON private.rows, private.plus_10 TO stranger");

        foreach (var node in cluster.Nodes)
        {
            await using var stranger = await Session.OpenAsync(cluster, "stranger", node);
            foreach (var sql in new[]
            {
                $"SELECT sum({rows.Predict}) FROM {rows.Table}", "SELECT pgml.predict('private', ARRAY[1]::real[])", rows.Deploy(10), rows.Train(10),
            })
            {
                var error = await stranger.FailAsync(sql);
                error.SqlState.ShouldBe(SqlState.InsufficientPrivilege, sql);
                error.MessageText.ShouldContain("project \"private\"");
                error.Hint.ShouldStartWith("The project belongs to role \"private\"; a member of that role may use it");
            }
        }
    }

    [Fact]
    public async Task A_grant_holds_on_every_node_and_for_predictions_by_key()
    {
        Servers.Citus.Require();
        await cluster.CreateKeyedAsync("granted_keys");
        await using var source = await cluster.ConnectAsAsync("grantee");
        await cluster.ExecuteAsync("GRANT USAGE ON SCHEMA granted_keys TO grantee; GRANT SELECT ON granted_keys.rows TO grantee");
        const string ByRow = "SELECT count(pgml.predict('granted_keys', ARRAY[a])) FROM granted_keys.rows";
        const string ByKey = "SELECT pgml.predict_by_key('granted_keys', 7)";
        foreach (var privilege in new[] { "predict", "train" })
        {
            foreach (var sql in new[] { ByRow, ByKey })
            {
                foreach (var node in cluster.Nodes)
                {
                    await using var refused = await Session.OpenAsync(cluster, "grantee", node);
                    (await refused.FailAsync(sql)).SqlState.ShouldBe(SqlState.InsufficientPrivilege, sql);
                }
            }
            await cluster.ScalarAsync<object>($"SELECT pgml.grant_project('granted_keys', 'grantee', '{privilege}')");
            foreach (var node in cluster.Nodes)
            {
                await using var grantee = await Session.OpenAsync(cluster, "grantee", node);
                (await grantee.ScalarAsync<long>(ByRow)).ShouldBe(KeyedShards.Count);
                (await grantee.ScalarAsync<float>(ByKey)).ShouldBe(17, 0.01);
            }
            await cluster.ScalarAsync<object>($"SELECT pgml.revoke_project('granted_keys', 'grantee', '{privilege}')");
        }
    }

    [Theory]
    [InlineData("pgml.predict('wordz', ARRAY[a]::real[])", SqlState.UndefinedObject, "project \"wordz\" does not exist", "Perhaps you meant \"words\".")]
    [InlineData("pgml.predict('words', ARRAY[a, a]::real[])", SqlState.InvalidParameter, "2", "a")]
    [InlineData("pgml.predict_proba('words', ARRAY[a]::real[])", SqlState.FeatureNotSupported, "probabilities", "pgml.predict")]
    public async Task An_error_of_a_shard_keeps_its_state_message_and_hint(string call, string state, string message, string hint)
    {
        Servers.Citus.Require();
        await PrepareWordsAsync();
        foreach (var node in cluster.Nodes)
        {
            await using var session = await Session.OpenAsync(cluster, "words", node);
            var error = await session.FailAsync($"SELECT {call} FROM words.rows");
            error.SqlState.ShouldBe(state);
            error.MessageText.ShouldContain(message);
            error.Hint.ShouldNotBeNull().ShouldContain(hint);
        }
    }

    private async Task PrepareWordsAsync()
    {
        if (!await cluster.ScalarAsync<bool>("SELECT to_regclass('words.rows') IS NOT NULL"))
        {
            await ShardedRows.CreateAsync(cluster, "words", 10);
        }
    }
}
