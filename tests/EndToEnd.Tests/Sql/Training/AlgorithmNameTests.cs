using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Training;

/// <summary>Every name that PostgresML has for an algorithm is trained, or refused with what the task offers. Never something else in silence.</summary>
public sealed class AlgorithmNameTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("regression", "pgml.diabetes", "'target'", 20)]
    [InlineData("classification", "pgml.iris", "'target'", 15)]
    [InlineData("clustering", "pgml.linnerud", "NULL", 3)]
    [InlineData("decomposition", "pgml.linnerud", "NULL", 2)]
    public async Task Every_algorithm_trains_and_answers_or_is_refused_with_those_that_do(string task, string relation, string label, int least)
    {
        await using var session = await database.OpenAsync();
        var names = await session.ColumnAsync<string>("SELECT unnest(enum_range(NULL::pgml.algorithm))::text");
        var trained = 0;
        foreach (var name in names)
        {
            try
            {
                await session.ExecuteAsync($"SELECT pgml.train('names {task}', '{task}', '{relation}', {label}, '{name}')");
            }
            catch (PostgresException refusal)
            {
                refusal.SqlState.ShouldBe("0A000", name);
                refusal.Hint.ShouldNotBeNull().ShouldStartWith($"For {task}: ");
                refusal.Hint.ShouldNotContain($" {name},");
                continue;
            }

            var model = await session.LastModelAsync($"names {task}");
            var answer = task == "decomposition"
                ? "SELECT (pgml.decompose('names decomposition', ARRAY[1, 2, 3, 4, 5, 6]::real[]))[1] IS NOT NULL"
                : $"SELECT bool_and(pgml.predict({model}::bigint, t) IS NOT NULL) FROM {relation} t";
            (await session.ScalarAsync<bool>(answer)).ShouldBeTrue(name);
            trained++;
        }

        trained.ShouldBeGreaterThanOrEqualTo(least);
    }
}
