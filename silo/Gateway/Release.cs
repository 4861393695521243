using System.Reflection;

namespace Graincast.Gateway;

/// <summary>This release.</summary>
public static class Release
{
    /// <summary>The version that Directory.Packages.props names.</summary>
    public static string Version { get; } = typeof(Release).Assembly.GetName().Version!.ToString(3);
}
