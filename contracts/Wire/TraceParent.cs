using System.Diagnostics;

namespace Graincast.Wire;

/// <summary>The trace that the next frame's call belongs to, and the span above it.</summary>
public sealed record TraceParent(ActivityContext Context) : IFrame<TraceParent>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.TraceParent;

    /// <inheritdoc/>
    public static TraceParent Read(ref WireReader reader)
    {
        string traceParent = reader.Str(); // str traceparent
        return ActivityContext.TryParse(traceParent, null, isRemote: true, out ActivityContext context) ? new TraceParent(context) : throw WireReader.Broken("a traceparent that is none");
    }

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Str($"00-{Context.TraceId}-{Context.SpanId}-{(byte)Context.TraceFlags:x2}");
    }
}
