using System.CommandLine;
using System.CommandLine.Invocation;
using Graincast.Commands;

var root = new RootCommand("Graincast: PostgresML's SQL, served by Orleans grains beside Postgres.")
{
    UpCommand.Create(),
    DownCommand.Create(),
    StatusCommand.Create(),
    DemoCommand.Create(),
    PsqlCommand.Create(),
    InstallCommand.Create(),
    ServeCommand.Create(),
    TrainWorkerCommand.Create(),
    ScoreWorkerCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction usage)
{
    usage.ShowHelp = false;
    await parsed.InvokeAsync();
    return ExitCode.Usage;
}
// After SIGTERM the silo lets its calls end and its grains save.
var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(25) };
return await ExpectedErrors.ReportAsync(() => parsed.InvokeAsync(invocation));
