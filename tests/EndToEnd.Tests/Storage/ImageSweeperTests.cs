using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

/// <summary>The silo's sweep of images, which it makes when it starts, against a real catalog.</summary>
public sealed class ImageSweeperTests(GraincastServer server) : IClassFixture<GraincastServer>
{
    [Fact]
    public async Task A_day_later_the_images_of_a_training_that_was_rolled_back_and_of_dropped_models_are_gone_and_that_of_a_committed_one_stays()
    {
        await ExecuteAsync("CREATE TABLE points AS SELECT x::real AS x, (3 * x)::real AS y FROM generate_series(1, 100) AS x");
        await ExecuteAsync("SELECT pgml.train('kept', 'regression', 'points', 'y', test_size => 0.1)");
        var kept = Directory.GetFiles(server.Images, "*.img").ShouldHaveSingleItem();
        await ExecuteAsync("BEGIN; SELECT pgml.train('undone', 'regression', 'points', 'y', test_size => 0.5); ROLLBACK");
        var undone = Directory.GetFiles(server.Images, "*.img").Except([kept]).ShouldHaveSingleItem();
        await ExecuteAsync("BEGIN; SELECT pgml.train('young', 'regression', 'points', 'y', test_size => 0.8); ROLLBACK");
        var young = Directory.GetFiles(server.Images, "*.img").Except([kept, undone]).ShouldHaveSingleItem();
        await ExecuteAsync("SELECT pgml.train('dropped', 'regression', 'points', 'y', test_size => 0.3); SELECT pgml.drop_project('dropped')");
        var dropped = Directory.GetFiles(server.Images, "*.img").Except([kept, undone, young]).ShouldHaveSingleItem();
        await ExecuteAsync("SELECT pgml.train('kept', 'regression', 'points', 'y', test_size => 0.4, automatic_deploy => false); SELECT pgml.drop_model(max(id)) FROM pgml.models");
        var trimmed = Directory.GetFiles(server.Images, "*.img").Except([kept, undone, young, dropped]).ShouldHaveSingleItem();
        var unfinished = Path.Combine(server.Images, ".unfinished.part");
        await File.WriteAllBytesAsync(unfinished, [1], TestContext.Current.CancellationToken);
        foreach (var image in new[] { kept, undone, dropped, trimmed, unfinished })
        {
            File.SetLastWriteTimeUtc(image, DateTime.UtcNow.AddHours(-25));
        }

        await server.KillSiloAsync();
        await server.StartSiloAsync();

        await Wait.UntilAsync("the images are swept", () => !new[] { undone, dropped, trimmed }.Any(File.Exists));
        File.Exists(unfinished).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
        File.Exists(kept).ShouldBeTrue();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = server.Superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
