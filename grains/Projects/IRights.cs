namespace Graincast.Projects;

/// <summary>What a role may do, as this node's Postgres says.</summary>
public interface IRights
{
    /// <summary>Whether <paramref name="role"/> is one of <paramref name="users"/>, a member of one that has its privileges, or a superuser. At most a second old.</summary>
    ValueTask<bool> MayActAsync(string database, string role, IReadOnlyList<string> users, CancellationToken cancellationToken);
}
