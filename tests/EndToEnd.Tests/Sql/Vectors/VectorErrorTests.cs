using Shouldly;
using Xunit;

namespace Graincast.Sql.Vectors;

/// <summary>What is no vector, or no pair, is refused by name.</summary>
public sealed class VectorErrorTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("add", "addend")]
    [InlineData("subtract", "subtrahend")]
    [InlineData("multiply", "multiplicand")]
    [InlineData("divide", "dividend")]
    [InlineData("distance_l1", "other")]
    [InlineData("distance_l2", "other")]
    [InlineData("dot_product", "other")]
    [InlineData("cosine_similarity", "other")]
    public async Task Vectors_of_different_lengths_and_NULL_elements_are_refused(string function, string other)
    {
        await using var session = await database.OpenAsync();

        foreach (var type in VectorTypes.All)
        {
            await session.RefuseAsync("22023", $"\"vector\" has 3 elements and \"{other}\" has 2", $"SELECT pgml.{function}(ARRAY[1, 2, 3]::{type}[], ARRAY[1, 2]::{type}[])");
            await session.RefuseAsync("22023", $"\"vector\" has 0 elements and \"{other}\" has 1", $"SELECT pgml.{function}('{"{}"}'::{type}[], ARRAY[1]::{type}[])");
            await session.RefuseAsync("22004", "element 2 of \"vector\" is NULL", $"SELECT pgml.{function}(ARRAY[1, NULL]::{type}[], ARRAY[1, 2]::{type}[])");
            await session.RefuseAsync("22004", $"element 9 of \"{other}\" is NULL", $"SELECT pgml.{function}(ARRAY[1]::{type}[], ARRAY[1, 2, 3, 4, 5, 6, 7, 8, NULL]::{type}[])");
            (await session.ScalarAsync<bool>($"SELECT pgml.{function}(ARRAY[1]::{type}[], NULL::{type}[]) IS NULL")).ShouldBeTrue();
        }
        await session.MustLiveOnAsync();
    }

    [Theory]
    [InlineData("add({0}, 1)")]
    [InlineData("subtract({0}, 1)")]
    [InlineData("multiply({0}, 1)")]
    [InlineData("divide({0}, 1)")]
    [InlineData("norm_l0({0})")]
    [InlineData("norm_l1({0})")]
    [InlineData("norm_l2({0})")]
    [InlineData("norm_max({0})")]
    [InlineData("normalize_l1({0})")]
    [InlineData("normalize_l2({0})")]
    [InlineData("normalize_max({0})")]
    [InlineData("sum({0})")]
    [InlineData("min({0})")]
    [InlineData("max({0})")]
    [InlineData("min_abs({0})")]
    [InlineData("max_abs({0})")]
    public async Task A_NULL_element_is_named_by_its_place(string call)
    {
        await using var session = await database.OpenAsync();

        foreach (var type in VectorTypes.All)
        {
            await session.RefuseAsync("22004", "element 3 of \"vector\" is NULL", $"SELECT pgml.{string.Format(call, $"ARRAY[[1, 2], [NULL, 4]]::{type}[]")}");
            (await session.ScalarAsync<bool>($"SELECT pgml.{string.Format(call, $"NULL::{type}[]")} IS NULL")).ShouldBeTrue();
        }
    }

    [Theory, InlineData("sum"), InlineData("min"), InlineData("max"), InlineData("min_abs"), InlineData("max_abs")]
    public async Task A_group_of_vectors_of_different_lengths_is_refused(string aggregate)
    {
        await using var session = await database.OpenAsync();

        foreach (var type in VectorTypes.All)
        {
            await session.RefuseAsync("22023", "vectors of 2 elements and of 3", $"SELECT pgml.{aggregate}(v) FROM (VALUES (ARRAY[1, 2]::{type}[]), (ARRAY[1, 2, 3]::{type}[])) AS t(v)");
            await session.RefuseAsync("22004", "element 1 of \"vector\" is NULL", $"SELECT pgml.{aggregate}(v) FROM (VALUES (ARRAY[1, 2]::{type}[]), (ARRAY[NULL, 3]::{type}[])) AS t(v)");
        }
    }

    /// <summary>As a function of SQL, an aggregate's step must leave its arguments as they are: arrays as long as these lie in the table's page.</summary>
    [Theory, InlineData("sum"), InlineData("min"), InlineData("max"), InlineData("min_abs"), InlineData("max_abs")]
    public async Task A_step_that_is_called_by_hand_changes_no_argument(string aggregate)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("CREATE TEMPORARY TABLE states AS SELECT array_agg(x)::float8[] AS s, array_agg(-x / 2.0)::float8[] AS v FROM generate_series(-20, 20) x");
        const string Both = "SELECT s::text || v::text FROM states";
        var before = await session.ScalarAsync<string>(Both);

        (await session.ScalarAsync<string>($"SELECT pgml.vector_{aggregate}(s, v)::text FROM states")).ShouldNotBe(await session.ScalarAsync<string>("SELECT s::text FROM states"));

        (await session.ScalarAsync<string>(Both)).ShouldBe(before);
        await session.RefuseAsync("22004", "element 1 of \"state\" is NULL", $"SELECT pgml.vector_{aggregate}(ARRAY[NULL]::float8[], ARRAY[1]::float8[])");
    }

    [Fact]
    public async Task Every_function_is_immutable_parallel_safe_and_commented_and_strict_unless_it_is_a_step()
    {
        await using var session = await database.OpenAsync();

        var functions = await session.ColumnAsync<string>("""
            SELECT p.proname || ': ' || concat_ws(' ', p.prokind, p.provolatile, p.proparallel, p.proisstrict, split_part(obj_description(p.oid, 'pg_proc'), ':', 1))
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'pgml' AND p.proname ~ '^(add|subtract|multiply|divide|norm|distance|dot|cosine|sum|min|max|vector)'
            """);

        functions.Count(line => line.EndsWith(": f i s t public", StringComparison.Ordinal)).ShouldBe(38);
        functions.Count(line => line.EndsWith(": a i s f public", StringComparison.Ordinal)).ShouldBe(10);
        functions.Count(line => line.EndsWith(" private", StringComparison.Ordinal)).ShouldBe(11);
        functions.Count.ShouldBe(59);
    }
}
