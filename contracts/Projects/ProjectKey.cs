namespace Graincast.Projects;

/// <summary>The key of a project's grain: <c>database/project</c>, slashes within the database's name escaped.</summary>
public readonly record struct ProjectKey(string Database, string Project)
{
    /// <summary>The grain's string key.</summary>
    public override string ToString() => $"{Database.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal)}/{Project}";

    /// <summary>Reads a key back. Throws <see cref="FormatException"/> when it names no database.</summary>
    public static ProjectKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        int slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? new ProjectKey(key[..slash].Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal), key[(slash + 1)..])
            : throw new FormatException($"grain key \"{key}\" names no database; expected database/project");
    }
}
