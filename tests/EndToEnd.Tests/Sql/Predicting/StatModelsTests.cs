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
}
