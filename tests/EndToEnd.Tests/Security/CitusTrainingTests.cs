using Graincast.Projects;
using Graincast.Servers;
using Graincast.Shards;
using Shouldly;
using Xunit;

namespace Graincast.Security;

/// <summary>A client's training over the nodes of Citus.</summary>
[Collection(ClusterCollection.Name)]
public sealed class CitusTrainingTests(GraincastCluster cluster)
{
    [Fact]
    public async Task The_rows_of_all_nodes_are_read_as_the_tokens_role()
    {
        Citus.Require();
        var rows = await ShardedRows.CreateAsync(cluster, "for_clients", 10);
        await using var session = await Session.OpenAsync(cluster, rows.Role, node: 1);
        var token = await session.ScalarAsync<string>("SELECT pgml.client_token()");
        await using var client = await SdkClient.ConnectAsync(cluster.Superuser());
        var request = new TrainingRequest { Task = "regression", Relation = rows.Table, Label = "a" };

        var refused = await Should.ThrowAsync<GraincastException>(() => TrainAsync());
        refused.SqlState.ShouldBe(SqlState.InsufficientPrivilege);
        await cluster.ExecuteAsync($"GRANT USAGE ON SCHEMA {rows.Role} TO graincast; GRANT SELECT ON {rows.Table} TO graincast");
        var model = (await TrainAsync())[^1].Model.ShouldNotBeNull();

        (await session.ScalarAsync<string>("SELECT concat_ws(' ', r.rows, r.nodes, p.owner) FROM pgml.runs r JOIN pgml.projects p ON p.id = r.project_id WHERE r.model_id = $1", model.Id))
            .ShouldBe($"{ShardedRows.Count} 2 {rows.Role}");

        Task<List<TrainingUpdate>> TrainAsync() => client.Project("graincast", "of a client", token)
            .TrainAsync(request, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken).AsTask();
    }
}
