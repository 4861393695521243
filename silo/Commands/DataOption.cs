using System.CommandLine;
using Graincast.Embedded;

namespace Graincast.Commands;

/// <summary><c>--data DIR</c>, the same for every command about the embedded server.</summary>
internal static class DataOption
{
    public static Option<string> Create() => new("--data")
    {
        Description = "The data directory of the embedded Postgres and its silo.",
        HelpName = "DIR",
        DefaultValueFactory = _ => DataDirectory.Default,
    };
}
