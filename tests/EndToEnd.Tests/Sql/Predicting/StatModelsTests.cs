using Graincast.Scoring;
using Shouldly;
using Xunit;

namespace Graincast.Sql.Predicting;

/// <summary>The models that a session has open.</summary>
public sealed class StatModelsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_session_shows_the_images_that_it_predicts_with_once_each()
    {
        await using var owner = await database.OpenAsync();
        var (first, second) = await owner.TrainTwoLinesAsync("opened");
        await using var session = await database.OpenAsync();
        const string Open = """
            SELECT m.id, s.image_bytes = (SELECT sum(octet_length(data)) FROM pgml.files f WHERE f.model_id = m.id), s.shared
            FROM pgml.stat_models s JOIN pgml.models m USING (image_sha256) ORDER BY m.id
            """;
        (await session.RowsAsync("SELECT * FROM pgml.stat_models")).ShouldBeEmpty();

        await session.SlopeAsync("opened");
        await session.ScalarAsync<float>("SELECT pgml.predict($1::bigint, ARRAY[1]::real[])", first);
        (await session.RowsAsync(Open)).ShouldHaveSingleItem().ShouldBe([first, true, true]);
        await session.ScalarAsync<float>("SELECT pgml.predict($1::bigint, ARRAY[1]::real[])", second);

        (await session.ColumnAsync<long>(Open)).ShouldBe([first, second]);
    }

    [Fact]
    public async Task Any_role_may_look_at_its_own_session()
    {
        await using var session = await database.OpenAsync(await database.CreateRoleAsync("looker"));

        (await session.RowsAsync("SELECT * FROM pgml.stat_models")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Images_beyond_the_setting_are_closed_at_a_transactions_end_those_used_longest_ago_first()
    {
        await using var owner = await database.OpenAsync();
        foreach (var number in new[] { 1, 2, 3 })
        {
            await owner.ExecuteAsync("SELECT pgml.import_model($1, 'regression', $2)", $"wide {number}", Wide(number));
        }
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("SET graincast.images_mb = 1");

        await session.ExecuteAsync("BEGIN");
        foreach (var number in new[] { 3, 2, 1, 2 })
        {
            (await session.ScalarAsync<float>($"SELECT pgml.predict('wide {number}', array_fill(0::real, ARRAY[{Width}]))")).ShouldBe(number);
        }
        (await session.ColumnAsync<string>(Names)).ShouldBe(["wide 1", "wide 2", "wide 3"]);
        await session.ExecuteAsync("COMMIT");

        (await session.ColumnAsync<string>(Names)).ShouldBe(["wide 2"]);
        (await session.ScalarAsync<float>($"SELECT pgml.predict('wide 3', array_fill(0::real, ARRAY[{Width}]))")).ShouldBe(3);
        (await session.ColumnAsync<string>(Names)).ShouldBe(["wide 3"]);
    }

    // Two of these images have more than a megabyte.
    private const int Width = 100_000;
    private const string Names = "SELECT p.name FROM pgml.stat_models JOIN pgml.models m USING (image_sha256) JOIN pgml.projects p ON p.id = m.project_id ORDER BY 1";

    private static byte[] Wide(double intercept) => ImageWriter.Write(new ModelImage(
        ModelTask.Regression, [ImageColumn.Number("x", Width)], new LinearLearner(new double[Width], [intercept]), Link.Identity, 1, [], "{}"));
}
