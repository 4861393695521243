using Graincast.Models;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace Graincast.Placement;

public sealed class ShardLocalTests(NodeCluster nodes) : IClassFixture<NodeCluster>
{
    [Theory, InlineData("0"), InlineData("1"), InlineData("2")]
    public async Task A_grain_lives_at_the_node_that_its_key_names(string node)
    {
        var model = nodes.Grains.GetGrain<IModelGrain>($"{node}/app/{NodeCluster.Unnamed}");

        GraincastException error = await Should.ThrowAsync<GraincastException>(() => model.OpenAsync("alice"));

        error.Message.ShouldBe($"asked at node {node}");
        error.SqlState.ShouldBe(SqlState.UndefinedObject);
    }

    [Fact]
    public async Task A_node_without_a_silo_is_an_error_that_names_it_and_never_another_node()
    {
        var model = nodes.Grains.GetGrain<IModelGrain>($"7/app/{NodeCluster.Unnamed}");

        OrleansException error = await Should.ThrowAsync<OrleansException>(() => model.OpenAsync("alice"));

        error.Message.ShouldContain("no silo runs at node 7");
    }

    [Fact]
    public void A_key_that_names_no_node_is_refused() => Should.Throw<FormatException>(() => NodeKey.Parse("fraud"));
}
