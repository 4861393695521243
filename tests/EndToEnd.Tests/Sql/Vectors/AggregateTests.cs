using Shouldly;
using Xunit;

namespace Graincast.Sql.Vectors;

/// <summary>Aggregates of vectors against Postgres' own of their elements, over every kind of plan.</summary>
public sealed class AggregateTests(GroupedVectors vectors) : IClassFixture<GroupedVectors>
{
    /// <summary>An aggregate of vectors, and of an element x of each.</summary>
    public static TheoryData<string, string, string> Aggregates => VectorTypes.With(
        ("sum", "sum(x::float8)"), ("min", "min(x)"), ("max", "max(x)"), ("min_abs", "min(abs(x))"), ("max_abs", "max(abs(x))"));

    [Theory, MemberData(nameof(Aggregates))]
    public async Task A_group_answers_element_by_element_and_rows_that_are_NULL_are_skipped(string type, string aggregate, string oracle)
    {
        foreach (var (setting, plan) in new[] { ("enable_hashagg", "GroupAggregate"), ("enable_sort", "HashAggregate") })
        {
            await using var session = await vectors.Database.OpenAsync();
            await session.ExecuteAsync($"SET {setting} = off; SET max_parallel_workers_per_gather = 0");

            (await ExplainAsync(session, $"SELECT g, pgml.{aggregate}(v) FROM {GroupedVectors.Table(type)} GROUP BY g")).ShouldContain(plan);
            (await DifferingAsync(session, type, aggregate, oracle)).ShouldBe("0 of 31", vectors.Seed);
        }
    }

    [Theory, MemberData(nameof(Aggregates))]
    public async Task A_parallel_plan_answers_the_same(string type, string aggregate, string oracle)
    {
        await using var session = await vectors.Database.OpenAsync();
        await session.ExecuteAsync("SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2");
        var all = $"SELECT pgml.{aggregate}(v)::text FROM {GroupedVectors.Table(type)}";

        (await ExplainAsync(session, $"SELECT g, pgml.{aggregate}(v) FROM {GroupedVectors.Table(type)} GROUP BY g")).ShouldMatch("Finalize(.|\n)*Gather(.|\n)*Partial");
        (await DifferingAsync(session, type, aggregate, oracle)).ShouldBe("0 of 31", vectors.Seed);
        (await ExplainAsync(session, all)).ShouldContain("Partial Aggregate");
        (await session.ScalarAsync<string>(all)).ShouldBe(
            await session.ScalarAsync<string>($"SELECT array_agg(answer ORDER BY n)::text FROM ({Elements(type, oracle, "true")}) e"), vectors.Seed);
    }

    /// <summary>Two partitions are two states of every group, with no worker to wait for.</summary>
    [Theory, MemberData(nameof(Aggregates))]
    public async Task The_states_of_partitions_are_combined(string type, string aggregate, string oracle)
    {
        await using var session = await vectors.Database.OpenAsync();
        await session.ExecuteAsync("SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 0");

        (await ExplainAsync(session, $"SELECT g, pgml.{aggregate}(v) FROM {GroupedVectors.Table(type)} GROUP BY g")).ShouldContain("Partial HashAggregate");
        (await DifferingAsync(session, type, aggregate, oracle)).ShouldBe("0 of 31", vectors.Seed);
    }

    /// <summary>A window asks for the answer at each row and goes on from the same state.</summary>
    [Theory, MemberData(nameof(Aggregates))]
    public async Task A_window_answers_at_each_row_and_keeps_what_it_answered(string type, string aggregate, string oracle)
    {
        await using var session = await vectors.Database.OpenAsync();

        foreach (var window in new[]
        {
            "ORDER BY id ROWS UNBOUNDED PRECEDING", "ORDER BY id ROWS 2 PRECEDING", "ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING",
            "ORDER BY id / 300 RANGE UNBOUNDED PRECEDING",
        })
        {
            var differing = await session.ScalarAsync<string>($"""
                WITH windows AS (
                    SELECT id, pgml.{aggregate}(v) OVER w AS answer, array_agg(id) OVER w AS ids FROM {GroupedVectors.Table(type)} WHERE g = 1 WINDOW w AS ({window})
                ), rows AS (
                    SELECT answer, lag(answer) OVER (ORDER BY id) AS answer_before, expected, lag(expected) OVER (ORDER BY id) AS expected_before
                    FROM windows, LATERAL (SELECT array_agg(answer ORDER BY n) AS expected FROM ({Elements(type, oracle, "g = 1 AND id = ANY (ids)")}) e) o
                )
                SELECT count(*) FILTER (WHERE answer IS DISTINCT FROM expected OR answer_before IS DISTINCT FROM expected_before) || ' of ' || count(answer) / 10 * 10 FROM rows
                """);

            differing.ShouldMatch("^0 of (90|100)$", $"{window}, {vectors.Seed}");
        }
    }

    [Theory]
    [InlineData("sum", "{3,6}", "ARRAY[1, 2]", "ARRAY[1, 2]", "ARRAY[1, 2]")]
    [InlineData("min", "{-3,-3}", "ARRAY[1, 2]", "ARRAY[2, -3]", "ARRAY[-3, 4]")]
    [InlineData("max", "{2,4}", "ARRAY[1, 2]", "ARRAY[2, -3]", "ARRAY[-3, 4]")]
    [InlineData("min_abs", "{1,2}", "ARRAY[1, 2]", "ARRAY[2, -3]", "ARRAY[-3, 4]")]
    [InlineData("max_abs", "{3,4}", "ARRAY[1, 2]", "ARRAY[2, -3]", "ARRAY[-3, 4]")]
    [InlineData("min_abs", "{3}", "ARRAY[-3]", "NULL", "NULL")]
    [InlineData("max_abs", "{3}", "NULL", "ARRAY[-3]", "NULL")]
    [InlineData("sum", "{}", "'{}'", "NULL", "'{}'")]
    [InlineData("max", "{}", "'{}'", "'{}'", "'{}'")]
    [InlineData("sum", null, "NULL", "NULL", "NULL")]
    [InlineData("min", null, "NULL", "NULL", "NULL")]
    [InlineData("sum", "{6,60}", "ARRAY[[1, 10]]", "ARRAY[[2], [20]]", "ARRAY[3, 30]")]
    // NaN is the greatest number, as Postgres orders them, whatever comes first.
    [InlineData("max", "{NaN,NaN}", "ARRAY['NaN', 1]", "ARRAY['Infinity', 'NaN']", "ARRAY[1, 2]")]
    [InlineData("min", "{1,1}", "ARRAY['NaN', 1]", "ARRAY['Infinity', 'NaN']", "ARRAY[1, 2]")]
    [InlineData("max_abs", "{NaN}", "ARRAY['-Infinity']", "ARRAY['NaN']", "ARRAY[1]")]
    [InlineData("sum", "{NaN,-Infinity}", "ARRAY['Infinity', '-Infinity']", "ARRAY['-Infinity', 1]", "ARRAY[1, 1]")]
    public async Task Results_are_those_of_the_field(string aggregate, string? result, string first, string second, string third)
    {
        await using var session = await vectors.Database.OpenAsync();

        foreach (var type in VectorTypes.All)
        {
            var sql = $"SELECT pgml.{aggregate}(v)::text FROM (VALUES ({first}::{type}[]), ({second}::{type}[]), ({third}::{type}[])) AS t(v)";
            (await session.ScalarAsync<string?>(sql)).ShouldBe(result, type);
            (await session.ScalarAsync<string?>(sql + " WHERE false")).ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_sum_of_reals_is_taken_in_double_precision()
    {
        await using var session = await vectors.Database.OpenAsync();

        (await session.ScalarAsync<string>("SELECT pgml.sum(ARRAY[x]::real[])::text FROM (VALUES (16777216), (1), (-16777216)) AS t(x)")).ShouldBe("{1}");
        (await session.ScalarAsync<string>("SELECT pgml.sum(ARRAY[3e38]::real[])::text FROM generate_series(1, 2)")).ShouldBe("{Infinity}");
    }

    /// <summary>What each element of the vectors aggregates to, by <c>n</c>.</summary>
    private static string Elements(string type, string oracle, string where, string group = "") =>
        $"SELECT {group}n, ({oracle})::{type} AS answer FROM {GroupedVectors.Table(type)}, unnest(v) WITH ORDINALITY AS u(x, n) WHERE {where} GROUP BY {group}n";

    private static Task<string> DifferingAsync(Session session, string type, string aggregate, string oracle) => session.ScalarAsync<string>($"""
        SELECT count(*) FILTER (WHERE answer IS DISTINCT FROM expected) || ' of ' || count(*)
        FROM (SELECT g, pgml.{aggregate}(v) AS answer FROM {GroupedVectors.Table(type)} GROUP BY g) a
        FULL JOIN (SELECT g, array_agg(answer ORDER BY n) AS expected FROM ({Elements(type, oracle, "true", "g, ")}) e GROUP BY g) o USING (g)
        """);

    private static async Task<string> ExplainAsync(Session session, string sql) => string.Join('\n', await session.ColumnAsync<string>($"EXPLAIN {sql}"));
}
