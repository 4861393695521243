using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Commands;

/// <summary>A silo that the others give up, as on a machine that is too busy.</summary>
public sealed class TakenForDeadTests
{
    private const int Joining = 2;
    private const int Active = 3;

    // 6 is dead.
    private const string GiveUp = """
        DO $$
        DECLARE given_up int;
        BEGIN
            FOR i IN 1..30000 LOOP
                UPDATE graincast.members SET status = 6 WHERE status = STATUS;
                GET DIAGNOSTICS given_up = ROW_COUNT;
                IF given_up > 0 THEN
                    UPDATE graincast.membership_versions SET version = version + 1;
                    RETURN;
                END IF;
                PERFORM pg_sleep(0.001);
            END LOOP;
            RAISE EXCEPTION 'no silo had status STATUS';
        END $$
        """;

    [Fact]
    public async Task Up_succeeds_though_the_others_gave_the_silo_up_while_it_joined()
    {
        await using var directory = new TestDirectory();
        await Cli.MustSucceedAsync("up", "--data", directory.Data);
        var silo = SiloPid(directory);
        Signal.Send(silo, Signal.Kill);
        await Wait.UntilAsync("the killed silo is gone", () => !Processes.IsAlive(silo));

        var givenUp = GiveUpAsync(directory, Joining);
        var up = await Cli.GraincastAsync("up", "--data", directory.Data);

        (await givenUp).ExitCode.ShouldBe(0, (await givenUp).ToString());
        up.ExitCode.ShouldBe(0, up.ToString());
        Replacements.In(SiloLog(directory)).ShouldBe(1);
        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_silo_that_is_well_is_replaced_in_its_own_process_and_serves_again()
    {
        await using var directory = new TestDirectory();
        await Cli.MustSucceedAsync("up", "--data", directory.Data);
        var silo = SiloPid(directory);
        (await TrainAsync(directory)).ExitCode.ShouldBe(0);

        (await GiveUpAsync(directory, Active)).ExitCode.ShouldBe(0);

        await Wait.UntilAsync("the silo has seen it and ended", () => Replacements.In(SiloLog(directory)) == 1);
        // It may not listen yet, and is left alone all the same.
        await Cli.MustSucceedAsync("up", "--data", directory.Data);
        SiloPid(directory).ShouldBe(silo);
        (await TrainAsync(directory)).ExitCode.ShouldBe(0);
        (await Cli.GraincastAsync("status", "--data", directory.Data)).ExitCode.ShouldBe(0);
        await Cli.MustSucceedAsync("down", "--data", directory.Data);
        Processes.IsAlive(silo).ShouldBeFalse();
    }

    private static int SiloPid(TestDirectory directory) => int.Parse(File.ReadAllText(Path.Combine(directory.Data, "nodes", "0", "silo.pid")).Split(' ')[0]);

    private static string SiloLog(TestDirectory directory) => Path.Combine(directory.Data, "log", "silo.log");

    private static Task<Cli.Result> GiveUpAsync(TestDirectory directory, int status) => PsqlAsync(directory, GiveUp.Replace("STATUS", $"{status}", StringComparison.Ordinal));

    private static Task<Cli.Result> TrainAsync(TestDirectory directory) => PsqlAsync(directory, """
        SELECT pgml.load_dataset('iris');
        SELECT * FROM pgml.train('iris', 'classification', 'pgml.iris', 'target', algorithm => 'linear');
        """);

    private static Task<Cli.Result> PsqlAsync(TestDirectory directory, string sql) =>
        Cli.GraincastAsync("psql", "--data", directory.Data, "--", "-X", "-v", "ON_ERROR_STOP=1", "-c", sql);
}
