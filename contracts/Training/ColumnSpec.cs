namespace Graincast.Training;

/// <summary>How a column's values travel and are kept. Numbers are on the wire: frozen by golden frames.</summary>
public enum ColumnType
{
    /// <summary>float4 and int2: 4 bytes.</summary>
    Float32 = 1,

    /// <summary>float8, int4, int8 and numeric: 8 bytes.</summary>
    Float64 = 2,

    /// <summary>text, varchar and bpchar: length and UTF-8 bytes.</summary>
    Text = 3,

    /// <summary>bool: 1 byte.</summary>
    Bool = 4,
}

/// <summary>A column of the rows that a run is fed with. Several labels are learnt together and answered in the order in which they stand; at most one column is the rows' weight; the others are features.</summary>
[GenerateSerializer, Immutable, Alias("graincast.column")]
public sealed record ColumnSpec(
    [property: Id(0)] string Name,
    [property: Id(1)] ColumnType Type,
    [property: Id(2)] bool IsArray,
    [property: Id(3)] bool IsLabel,
    [property: Id(4)] bool IsWeight = false)
{
    /// <summary>Whether it is learnt from.</summary>
    public bool IsFeature => !IsLabel && !IsWeight;
}
