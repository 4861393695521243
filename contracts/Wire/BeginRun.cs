using Graincast.Training;

namespace Graincast.Wire;

/// <summary>Starts a training. The database is the connection's.</summary>
public sealed record BeginRun(TrainingSpec Spec) : IFrame<BeginRun>
{
    // Roles of a column.
    private const byte Feature = 0;
    private const byte Label = 1;
    private const byte Weight = 2;

    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.BeginRun;

    /// <inheritdoc/>
    public static BeginRun Read(ref WireReader reader) => new(new TrainingSpec
    {
        Run = reader.U64(),             // u64 run
        Role = reader.Str(),            // str role
        Project = reader.Str(),         // str project
        Task = reader.Str(),            // str task
        Algorithm = reader.Str(),       // str algorithm
        Hyperparams = reader.Str(),     // str hyperparams
        Search = reader.Str(),          // str search
        SearchParams = reader.Str(),    // str search_params
        SearchArgs = reader.Str(),      // str search_args
        Preprocess = reader.Str(),      // str preprocess
        Sampling = reader.Str(),        // str sampling
        TestSize = reader.F32(),        // f32 test_size
        Columns = ReadColumns(ref reader), // u16 columns, columns × (str name, u8 type, bool array, u8 role)
        Database = "",
    });

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.U64(Spec.Run);
        writer.Str(Spec.Role);
        writer.Str(Spec.Project);
        writer.Str(Spec.Task);
        writer.Str(Spec.Algorithm);
        writer.Str(Spec.Hyperparams);
        writer.Str(Spec.Search);
        writer.Str(Spec.SearchParams);
        writer.Str(Spec.SearchArgs);
        writer.Str(Spec.Preprocess);
        writer.Str(Spec.Sampling);
        writer.F32(Spec.TestSize);
        writer.U16((ushort)Spec.Columns.Count);
        foreach (ColumnSpec column in Spec.Columns)
        {
            writer.Str(column.Name);
            writer.U8((byte)column.Type);
            writer.Bool(column.IsArray);
            writer.U8(column.IsLabel ? Label : column.IsWeight ? Weight : Feature);
        }
    }

    private static ColumnSpec[] ReadColumns(ref WireReader reader)
    {
        var columns = new ColumnSpec[reader.U16()];
        for (int i = 0; i < columns.Length; i++)
        {
            string name = reader.Str();
            byte type = reader.U8();
            bool isArray = reader.Bool();
            byte role = reader.U8();
            columns[i] = type is < (byte)ColumnType.Float32 or > (byte)ColumnType.Bool ? throw WireReader.Broken($"column type {type}")
                : role > Weight ? throw WireReader.Broken($"column role {role}")
                : new ColumnSpec(name, (ColumnType)type, isArray, role == Label, role == Weight);
        }

        return columns;
    }
}
