using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;
using Graincast.Servers;

namespace Graincast.Benchmarks.Recipes;

/// <summary>What has to be written, typed and kept running until a table in Postgres has predictions; both recipes are carried out and give the same answer.</summary>
internal static class SetupBenchmark
{
    private const float Tolerance = 0.3f;

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var (server, service) = (await session.ServerAsync(), await session.ServiceAsync());
        await using var graincast = new Recipe("graincast", server.Directory);
        var answer = await graincast.RunAsync(new Dictionary<string, string>
        {
            ["DATA"] = server.Data,
            ["TREES"] = $"{Flights.Trees}",
            ["ETA"] = $"{Flights.LearningRate}",
            ["LEAVES"] = $"{BenchmarkServer.Leaves}",
            ["PATH"] = $"{Path.GetDirectoryName(Cli.Launcher)}:{Environment.GetEnvironmentVariable("PATH")}",
        });
        if (Math.Abs(answer - service.FirstAnswer) > Tolerance)
        {
            throw new InvalidOperationException($"The first prediction is {answer} by Graincast and {service.FirstAnswer} by the service.");
        }
        session.Report.Note("Counted in [Recipes](Recipes): of `commands`, configuration and programs the lines that are neither blank nor comments; of the processes those that run beside Postgres, "
            + "the silo on one side, Redis, the sync job and gunicorn with its workers on the other.");
        return
        [
            Ask("How many processes run beside Postgres?", "processes", NodeProcesses.Tree(server.SiloPid).Count, service.Recipe.Processes),
            Ask("How many commands are typed?", "commands", graincast.Commands, service.Recipe.Commands),
            Ask("How many lines of configuration are written?", "lines", graincast.ConfigLines, service.Recipe.ConfigLines),
            Ask("How many lines of code?", "lines", graincast.CodeLines, service.Recipe.CodeLines),
        ];
    }

    private static Question Ask(string question, string unit, int ours, int theirs) =>
        new(question, unit, ("Graincast", new Measurement(ours)), ("the service", new Measurement(theirs)), new Target("fewer", ratio => ratio < 1));
}
