using Graincast.Projects;
using Graincast.Supervision;

namespace Graincast.Placement;

/// <summary>A silo without a database: nothing is written, and a role is itself alone.</summary>
public sealed class NoCatalog : IRunPublisher, IRights
{
    // Whoever asks for the run's end must find it.
    public async Task<bool> PublishAsync(string database, string run)
    {
        await Task.Delay(Timeout.Infinite);
        return false;
    }

    public ValueTask<bool> MayActAsync(string database, string role, IReadOnlyList<string> users, CancellationToken cancellationToken) => ValueTask.FromResult(users.Contains(role));
}
