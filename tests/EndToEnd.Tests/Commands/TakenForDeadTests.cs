using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

/// <summary>A silo that the others give up while it starts, as on a machine that is too busy.</summary>
public sealed class TakenForDeadTests
{
    // 2 is joining, 6 dead.
    private const string GiveUpWhoeverJoins = """
        DO $$
        DECLARE given_up int;
        BEGIN
            FOR i IN 1..30000 LOOP
                UPDATE graincast.members SET status = 6 WHERE status = 2;
                GET DIAGNOSTICS given_up = ROW_COUNT;
                IF given_up > 0 THEN
                    UPDATE graincast.membership_versions SET version = version + 1;
                    RETURN;
                END IF;
                PERFORM pg_sleep(0.001);
            END LOOP;
            RAISE EXCEPTION 'no silo joined';
        END $$
        """;

    [Fact]
    public async Task Up_starts_another_silo_in_place_of_one_that_the_others_gave_up_while_it_joined()
    {
        await using var directory = new TestDirectory();
        await Cli.MustSucceedAsync("up", "--data", directory.Data);
        var silo = int.Parse((await File.ReadAllTextAsync(Path.Combine(directory.Data, "nodes", "0", "silo.pid"), TestContext.Current.CancellationToken)).Split(' ')[0]);
        Signal.Send(silo, Signal.Kill);
        await Wait.UntilAsync("the killed silo is gone", () => !Processes.IsAlive(silo));

        var givenUp = Cli.GraincastAsync("psql", "--data", directory.Data, "--", "-X", "-v", "ON_ERROR_STOP=1", "-c", GiveUpWhoeverJoins);
        var up = await Cli.GraincastAsync("up", "--data", directory.Data);

        (await givenUp).ExitCode.ShouldBe(0, (await givenUp).ToString());
        up.ExitCode.ShouldBe(0, up.ToString());
        (await File.ReadAllTextAsync(Path.Combine(directory.Data, "log", "silo.log"), TestContext.Current.CancellationToken)).ShouldContain("This silo ends: ");
        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(0);
    }
}
