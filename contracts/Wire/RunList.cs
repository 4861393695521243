using Graincast.Supervision;

namespace Graincast.Wire;

/// <summary>The trainings that are under way, one line a run and node.</summary>
public sealed record RunList(IReadOnlyList<RunProgress> Runs) : IFrame<RunList>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.RunList;

    /// <inheritdoc/>
    public static RunList Read(ref WireReader reader)
    {
        var runs = new List<RunProgress>();
        for (uint left = reader.U32(); left > 0; left--) // u32 lines
        {
            runs.Add(new RunProgress(
                reader.U64(),     // u64 run
                "",
                reader.Str(),     // str project
                reader.Str(),     // str node
                reader.Str(),     // str phase
                reader.Count(),   // u64 rows
                reader.Count(),   // u64 iteration
                reader.Count())); // u64 elapsed_ms
        }

        return new RunList(runs);
    }

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U32((uint)Runs.Count);
        foreach (RunProgress run in Runs)
        {
            writer.U64(run.Run);
            writer.Str(run.Project);
            writer.Str(run.Node);
            writer.Str(run.Phase);
            writer.U64((ulong)run.Rows);
            writer.U64((ulong)run.Iteration);
            writer.U64((ulong)run.ElapsedMs);
        }
    }
}
