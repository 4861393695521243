using System.CommandLine;
using Graincast.Embedded;

namespace Graincast.Commands;

/// <summary><c>--workers N</c> of the commands that start things.</summary>
internal static class WorkersOption
{
    public static Option<int?> Create()
    {
        var workers = new Option<int?>("--workers")
        {
            Description = $"A Citus cluster: a coordinator and N workers, 1 to {DataDirectory.MaxWorkers}, each with its silo. Needs the extension citus. "
                + "A higher number than last time adds workers. Without it: as last time, at first one Postgres alone.",
            HelpName = "N",
        };
        workers.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(int.TryParse(text, out var number) && number is >= 1 and <= DataDirectory.MaxWorkers))
            {
                result.AddError($"--workers must be a number from 1 to {DataDirectory.MaxWorkers}, not '{text}'.");
            }
        });
        return workers;
    }
}
