using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

[Collection(FailureCollection.Name)]
public sealed class PostgresRestartTests(GraincastServer server, ITestOutputHelper output)
{
    private const string Predict = "SELECT pgml.predict('quick', ARRAY[0.25, 0.5]::real[])";
    private readonly Trainings _trainings = new(server);

    [Fact]
    public async Task A_silo_outlives_its_Postgres_and_comes_back_to_work_with_it()
    {
        await _trainings.PrepareAsync();
        await using (var before = await Session.OpenAsync(server))
        {
            await before.ExecuteAsync(Trainings.Quick);
            await before.ExecuteAsync("SELECT * FROM pgml.train('opened later', 'regression', 'failures.small', 'y', 'ridge')");
        }
        // A silo started anew whose images are gone asks the catalog, and keeps that connection.
        await server.KillSiloAsync();
        server.RemoveImages();
        await server.StartSiloAsync();
        await using (var before = await Session.OpenAsync(server))
        {
            await before.ScalarAsync<float>(Predict);
        }
        var silo = server.SiloPid;

        await RestartPostgresAsync();

        await using var session = await Session.OpenAsync(server);
        (await session.ScalarAsync<float>("SELECT pgml.predict('opened later', ARRAY[0.25, 0.5]::real[])")).ShouldBeInRange(-3, 3);
        session.Warnings.ShouldBeEmpty();
        // Loaded before the fork, the library serves each backend as if it had loaded it itself.
        (await session.ScalarAsync<string>("SHOW shared_preload_libraries")).ShouldBe("graincast");
        await using (var other = await Session.OpenAsync(server))
        {
            const string Changes = "SELECT pgml.wait_for_change(-1, 0)";
            (await session.ScalarAsync<long>(Changes)).ShouldNotBe(await other.ScalarAsync<long>(Changes), "a silo must not take one backend's count for another's");
        }
        var attempts = 0;
        await Wait.UntilAsync("a training succeeds", async () =>
        {
            attempts++;
            try
            {
                await session.ExecuteAsync(Trainings.Quick);
                return true;
            }
            catch (Npgsql.PostgresException error) when (error.SqlState == SqlState.ConnectionLost)
            {
                output.WriteLine($"{attempts}: {error.MessageText}");
                return false;
            }
        });
        output.WriteLine($"training {attempts} succeeded");
        server.SiloPid.ShouldBe(silo);
        Processes.IsAlive(silo).ShouldBeTrue();
        (await session.ScalarAsync<float>(Predict)).ShouldBeInRange(-3, 3);
    }

    [Fact]
    public async Task A_Postgres_that_does_not_preload_the_library_forgets_who_set_its_socket_before_the_first_call()
    {
        await _trainings.PrepareAsync();
        var settings = Path.Combine(server.Data, "postgres", "postgresql.conf");
        var before = await File.ReadAllTextAsync(settings, TestContext.Current.CancellationToken);
        await File.AppendAllTextAsync(settings, "shared_preload_libraries = ''\n", TestContext.Current.CancellationToken);
        try
        {
            await RestartPostgresAsync();
            await using (await server.ConnectAsAsync("early"))
            {
            }
            await using var session = await Session.OpenAsync(server, "early");
            // Until the library is there the setting is a placeholder that anyone may set.
            await session.ExecuteAsync("SET graincast.socket = '/tmp/my.sock'");

            await session.ScalarAsync<string>("SELECT pgml.version()");

            (await session.ScalarAsync<string>("SHOW graincast.socket")).ShouldBe(server.SiloSocket);
            (await Should.ThrowAsync<Npgsql.PostgresException>(() => session.ExecuteAsync("SET graincast.socket = '/tmp/my.sock'"))).SqlState.ShouldBe("42501");
        }
        finally
        {
            await File.WriteAllTextAsync(settings, before, CancellationToken.None);
            await RestartPostgresAsync();
        }
    }

    private async Task RestartPostgresAsync()
    {
        var postmaster = int.Parse(File.ReadLines(Path.Combine(server.Data, "postgres", "postmaster.pid")).First());
        // What `pg_ctl stop -m fast` sends.
        Signal.Send(postmaster, Signal.Interrupt);
        await Wait.UntilAsync("Postgres is down", () => !Processes.IsAlive(postmaster));
        await Cli.MustSucceedAsync("up", "--data", server.Data);
        server.Superuser.Clear();
    }
}
