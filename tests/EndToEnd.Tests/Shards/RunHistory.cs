using Graincast.Servers;

namespace Graincast.Shards;

/// <summary>What pgml.runs has of a project's last training.</summary>
internal static class RunHistory
{
    /// <summary><c>rows nodes</c>.</summary>
    public static Task<string> LastRunAsync(this Session session, string project) => session.ScalarAsync<string>(
        $"SELECT concat(r.rows, ' ', r.nodes) FROM pgml.runs r JOIN pgml.projects p ON p.id = r.project_id WHERE p.name = '{project}' ORDER BY r.started_at DESC LIMIT 1");
}
