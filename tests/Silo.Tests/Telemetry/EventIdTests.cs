using System.Reflection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Graincast.Telemetry;

public sealed class EventIdTests
{
    [Fact]
    public void No_two_lines_of_the_log_have_one_event_id()
    {
        (int Id, string Name)[] lines =
        [
            .. from assembly in new[] { typeof(GraincastException).Assembly, typeof(GraincastActivity).Assembly, typeof(Hosting.SiloHost).Assembly }
               from type in assembly.GetTypes()
               from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
               let line = method.GetCustomAttribute<LoggerMessageAttribute>()
               where line is not null
               select (line.EventId, $"{type.Name}.{method.Name}"),
        ];

        lines.Length.ShouldBeGreaterThan(20);
        lines.GroupBy(line => line.Id).Where(group => group.Count() > 1 || group.Key <= 0).SelectMany(group => group.Select(line => line.Name)).ShouldBeEmpty();
    }
}
