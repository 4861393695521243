using Graincast.Projects;
using Graincast.Supervision;

namespace Graincast.Placement;

/// <summary>A silo without a database: nothing is written, and a role is itself alone.</summary>
public sealed class NoCatalog : IRunPublisher, IRights
{
    // Whoever asks for the run's end must find it.
    public Task PublishAsync(string database, string run) => Task.Delay(Timeout.Infinite);

    public ValueTask<bool> MayActAsync(string database, string role, IReadOnlyList<string> users, CancellationToken cancellationToken) => ValueTask.FromResult(users.Contains(role));
}
