using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

/// <summary>Which images a silo takes away when it starts, against a real catalog.</summary>
public sealed class ImageSweeperTests(ImageSweeperTests.NoRoom fixture) : IClassFixture<ImageSweeperTests.NoRoom>
{
    private GraincastServer Server => fixture.Server;

    [Fact]
    public async Task A_day_later_the_images_of_a_training_that_was_rolled_back_and_of_dropped_models_are_gone_and_that_of_a_committed_one_stays()
    {
        await ExecuteAsync("CREATE TABLE points AS SELECT x::real AS x, (3 * x)::real AS y FROM generate_series(1, 100) AS x");
        var kept = await AddedAsync("SELECT pgml.train('kept', 'regression', 'points', 'y', test_size => 0.1)");
        var undone = await AddedAsync("BEGIN; SELECT pgml.train('undone', 'regression', 'points', 'y', test_size => 0.5); ROLLBACK");
        var young = await AddedAsync("BEGIN; SELECT pgml.train('young', 'regression', 'points', 'y', test_size => 0.8); ROLLBACK");
        var dropped = await AddedAsync("SELECT pgml.train('dropped', 'regression', 'points', 'y', test_size => 0.3); SELECT pgml.drop_project('dropped')");
        var trimmed = await AddedAsync("SELECT pgml.train('kept', 'regression', 'points', 'y', test_size => 0.4, automatic_deploy => false); SELECT pgml.drop_model(max(id)) FROM pgml.models");
        var unfinished = Path.Combine(Server.Images, ".unfinished.part");
        await File.WriteAllBytesAsync(unfinished, [1], TestContext.Current.CancellationToken);
        foreach (var image in new[] { kept, undone, dropped, trimmed, unfinished })
        {
            File.SetLastWriteTimeUtc(image, DateTime.UtcNow.AddHours(-25));
        }

        await Server.KillSiloAsync();
        await Server.StartSiloAsync();

        await Wait.UntilAsync("the images are swept", () => !new[] { undone, dropped, trimmed }.Any(File.Exists));
        File.Exists(unfinished).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
        File.Exists(kept).ShouldBeTrue();
    }

    [Fact]
    public async Task Beyond_the_budget_images_go_but_none_that_a_backend_has_mapped_or_that_nobody_else_has_and_what_is_gone_comes_back()
    {
        await ExecuteAsync("CREATE TABLE steps AS SELECT x::real AS x, (5 * x)::real AS y FROM generate_series(1, 100) AS x");
        var mapped = await AddedAsync("SELECT pgml.train('mapped', 'regression', 'steps', 'y', test_size => 0.1)");
        var idle = await AddedAsync("SELECT pgml.train('idle', 'regression', 'steps', 'y', test_size => 0.2)");
        var open = await AddedAsync("BEGIN; SELECT pgml.train('open', 'regression', 'steps', 'y', test_size => 0.3); ROLLBACK");
        await using var session = await Session.OpenAsync(Server);
        var answer = await session.ScalarAsync<float>("SELECT pgml.predict('mapped', ARRAY[7]::real[])");
        foreach (var image in new[] { mapped, idle, open })
        {
            File.SetLastAccessTimeUtc(image, DateTime.UtcNow.AddMinutes(-2));
        }

        await Server.KillSiloAsync();
        await Server.StartSiloAsync();

        await Wait.UntilAsync("the idle image is evicted", () => !File.Exists(idle));
        File.Exists(mapped).ShouldBeTrue();
        File.Exists(open).ShouldBeTrue();
        (await session.ScalarAsync<float>("SELECT pgml.predict('mapped', ARRAY[7]::real[])")).ShouldBe(answer);
        (await session.ScalarAsync<float>("SELECT pgml.predict('idle', ARRAY[7]::real[])")).ShouldBe(35f, 0.1);
        File.Exists(idle).ShouldBeTrue();
    }

    /// <summary>The file that this adds, which nobody has mapped any more.</summary>
    private async Task<string> AddedAsync(string sql)
    {
        // The first image makes the folder.
        var before = Directory.Exists(Server.Images) ? Directory.GetFiles(Server.Images, "*.img") : [];
        int pid;
        await using (var session = await Session.OpenAsync(Server))
        {
            await session.ExecuteAsync(sql);
            pid = session.Pid;
        }
        await Wait.UntilAsync("the backend is gone", () => !Processes.IsAlive(pid));
        return Directory.GetFiles(Server.Images, "*.img").Except(before).ShouldHaveSingleItem();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Server.Superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A server whose silo has no room for any image.</summary>
    public sealed class NoRoom : IAsyncLifetime
    {
        public GraincastServer Server { get; } = new() { Environment = new Dictionary<string, string> { ["GRAINCAST__IMAGESBYTES"] = "1" } };

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
