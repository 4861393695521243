using System.CommandLine;
using Graincast.Embedded;

namespace Graincast.Commands;

/// <summary><c>graincast demo</c></summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var workers = WorkersOption.Create();
        var command = new Command("demo", "Start everything, load the bundled data sets, train five kinds of models in SQL and show what they predict.") { data, workers };
        command.SetAction(async (parsed, cancellation) =>
        {
            var directory = new DataDirectory(parsed.GetRequiredValue(data));
            var status = await UpCommand.StartAsync(directory.Root, port: null, parsed.GetValue(workers), cancellation);
            UpCommand.Announce(status);
            await using var session = await DemoSession.OpenAsync(new EmbeddedServer(directory, new Progress<string>()).AdminConnectionString(), cancellation);
            await session.LoadAsync(DemoLesson.DataSets, cancellation);
            foreach (var lesson in DemoLesson.All)
            {
                await session.TeachAsync(lesson, cancellation);
            }
            var isCluster = status.Nodes.Count > 1;
            if (isCluster)
            {
                await session.DistributeAsync(DemoClusterLesson.Table, DemoClusterLesson.Distribute, cancellation);
                Terminal.Heading($"{DemoClusterLesson.WhereTitle}:");
                await session.ShowAsync(DemoClusterLesson.Where, cancellation);
                await session.TeachAsync(DemoClusterLesson.Lesson, cancellation);
            }
            await session.ShowMetricsAsync(isCluster ? [.. DemoLesson.All, DemoClusterLesson.Lesson] : DemoLesson.All, cancellation);
            Terminal.Heading("Go on in psql:");
            Terminal.Done($"  {PsqlCommand.Hint(directory)}");
            Terminal.Line("and there, for example:");
            Terminal.Line($"  {DemoLesson.Next}");
            return ExitCode.Success;
        });
        return command;
    }
}
