using Shouldly;
using Xunit;

namespace Graincast.Sql.Exchanging;

/// <summary>A model leaves as bytes and comes back as another project's.</summary>
public sealed class ImportTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory, InlineData("classification", "lightgbm", "pgml.iris", "'target'"), InlineData("regression", "linear", "pgml.diabetes", "'target'"), InlineData("clustering", "kmeans", "pgml.linnerud", "NULL")]
    public async Task An_imported_model_answers_as_the_exported_one(string task, string algorithm, string relation, string label)
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync($"SELECT pgml.train('from {task}', '{task}', '{relation}', {label}, '{algorithm}', seed => 5)");

        var id = await session.ScalarAsync<long>($"SELECT pgml.import_model('to {task}', '{task}', pgml.export_model(pgml.deployed_model('from {task}')))");

        (await session.ScalarAsync<long>($"SELECT pgml.deployed_model('to {task}')")).ShouldBe(id);
        (await session.ScalarAsync<long>($"SELECT count(*) FROM {relation} t WHERE pgml.predict('from {task}', t) IS DISTINCT FROM pgml.predict('to {task}', t)")).ShouldBe(0);
        (await session.RowsAsync($"SELECT algorithm, seed, num_features > 0, hyperparams ? 'seed', snapshot_id FROM pgml.models WHERE id = {id}")).ShouldHaveSingleItem()
            .ShouldBe([algorithm, 5L, true, true, null]);
    }

    [Fact]
    public async Task Bytes_that_are_no_image_or_were_changed_are_refused_and_nothing_is_written()
    {
        await using var session = await database.OpenAsync();
        await session.TrainAndDeployLineAsync("whole", 2);
        var image = await session.ScalarAsync<byte[]>("SELECT pgml.export_model(pgml.deployed_model('whole'))");

        foreach (var bytes in new[] { [], [1, 2, 3], image[..^1], [.. image, 0], image[..100] })
        {
            (await session.FailAsync("22023", "SELECT pgml.import_model('broken', 'regression', $1)", bytes)).Hint.ShouldNotBeNullOrEmpty();
        }
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var changed = image.ToArray();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            await session.FailAsync("22023", "SELECT pgml.import_model('broken', 'regression', $1)", changed);
        }
        await session.FailAsync("22023", "SELECT pgml.import_model('broken', 'classification', $1)", image);
        await session.FailAsync("22023", "SELECT pgml.import_model('', 'regression', $1)", image);
        await session.FailAsync("22004", "SELECT pgml.import_model('broken', 'regression', NULL)");
        (await session.ScalarAsync<long>("SELECT count(*) FROM pgml.projects WHERE name IN ('broken', '')")).ShouldBe(0);
    }

    [Fact]
    public async Task An_imported_model_answers_before_it_is_committed_where_no_silo_knows_it()
    {
        await using var owner = await database.OpenAsync(await database.CreateRoleAsync("giver"));
        await using var importer = await database.OpenAsync(await database.CreateRoleAsync("taker"));
        await owner.ExecuteAsync("SELECT pgml.train('left', 'regression', 'line_4', 'y', 'ridge', '{\"alpha\": 0.0071}')");
        var image = await owner.ScalarAsync<byte[]>("SELECT pgml.export_model(pgml.deployed_model('left'))");
        await owner.ExecuteAsync("SELECT pgml.drop_project('left')");

        await importer.ExecuteAsync("BEGIN");
        await importer.ExecuteAsync("SELECT pgml.import_model('arrived', 'regression', $1)", image);
        (await importer.SlopeAsync("arrived")).ShouldBe(4);
        await importer.ExecuteAsync("COMMIT");
        (await importer.SlopeAsync("arrived")).ShouldBe(4);
    }

    [Fact]
    public async Task Importing_and_exporting_need_the_right_to_train()
    {
        await using var owner = await database.OpenAsync(await database.CreateRoleAsync("giver"));
        var role = await database.CreateRoleAsync("taker");
        await using var taker = await database.OpenAsync(role);
        var model = await owner.TrainAndDeployLineAsync("guarded", 2);
        await owner.ExecuteAsync($"SELECT pgml.grant_project('guarded', '{role}', 'predict')");
        var image = await owner.ScalarAsync<byte[]>("SELECT pgml.export_model($1)", model);

        await taker.FailAsync("42501", "SELECT pgml.export_model($1)", model);
        await taker.FailAsync("42501", "SELECT pgml.import_model('guarded', 'regression', $1)", image);
        await owner.FailAsync("42704", "SELECT pgml.export_model(999999)");
        await owner.FailAsync("22023", "SELECT pgml.import_model('guarded', 'clustering', $1)", image);
        await owner.ExecuteAsync("BEGIN");
        await owner.ExecuteAsync("SELECT pgml.import_model('guarded', 'regression', $1)", image);
        (await owner.SlopeAsync("guarded")).ShouldBe(2);
        await owner.ExecuteAsync("ROLLBACK");
        (await owner.ScalarAsync<long>("SELECT pgml.deployed_model('guarded')")).ShouldBe(model);
    }
}
