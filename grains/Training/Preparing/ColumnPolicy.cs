namespace Graincast.Training;

/// <summary>What a text column becomes.</summary>
internal enum Encode
{
    /// <summary>The category's place in bytewise order.</summary>
    Native,

    /// <summary>The mean label of the category's training rows.</summary>
    Target,

    /// <summary>One feature a category.</summary>
    OneHot,

    /// <summary>The category's place in the caller's list.</summary>
    Ordinal,
}

/// <summary>What replaces a NULL or NaN; statistics are those of the training part.</summary>
internal enum Impute
{
    Error,
    Mean,
    Median,
    Mode,
    Min,
    Max,
    Zero,
}

/// <summary>What is done to features after encoding; statistics are those of the training part.</summary>
internal enum Scale
{
    Preserve,

    /// <summary>(x − mean) / standard deviation.</summary>
    Standard,

    /// <summary>(x − min) / (max − min).</summary>
    MinMax,

    /// <summary>x / max |x|.</summary>
    MaxAbs,

    /// <summary>(x − median) / (third − first quartile).</summary>
    Robust,
}

/// <summary>How a column is prepared.</summary>
/// <param name="Encode">Text columns.</param>
/// <param name="Order">The list of an ordinal encoding, else empty.</param>
/// <param name="Impute">What a NULL means.</param>
/// <param name="Scale">What is done last.</param>
internal sealed record ColumnPolicy(Encode Encode, string[] Order, Impute Impute, Scale Scale)
{
    /// <summary>A column that <c>preprocess</c> does not name.</summary>
    public static ColumnPolicy Default { get; } = new(Encode.Native, [], Impute.Error, Scale.Preserve);
}
