using System.Diagnostics;

namespace Graincast.Telemetry;

/// <summary>The spans of the ways data flows: train, begin, feed, fit, publish, open.</summary>
public static class GraincastActivity
{
    /// <summary>The name to listen to.</summary>
    public const string SourceName = "Graincast";

    /// <summary>Where the spans come from.</summary>
    public static ActivitySource Source { get; } = new(SourceName);
}
