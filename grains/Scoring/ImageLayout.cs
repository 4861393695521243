namespace Graincast.Scoring;

/// <summary>The image's numbers that no public type names; FORMAT.md says what they mean. Frozen by a test.</summary>
internal static class ImageLayout
{
    public const int Version = 1;
    public const int HeaderBytes = 352;
    public const int TableEntries = 16;
    public const int HashOffset = 32;
    public const int HashBytes = 32;
    public const int TableOffset = 96;
    public const uint PrepareFlag = 1;
    public const int MaxColumns = 1 << 16;
    public const int MaxOutputs = 1 << 16;

    public static ReadOnlySpan<byte> Magic => "GRAINIMG"u8;
}

/// <summary>A section's place in the header's table.</summary>
internal enum ImageSection
{
    Columns = 0,
    Inputs = 1,
    Features = 2,
    Categories = 3,
    Strings = 4,
    Numbers = 5,
    Trees = 6,
    Nodes = 7,
    Views = 8,
    Labels = 9,
    Metadata = 10,

    /// <summary>The other labels' images of a joint model; left out when empty, as all behind the metadata.</summary>
    Joint = 11,

    /// <summary>Left out when empty, as all behind the metadata.</summary>
    Background = 12,

    /// <summary>A model that others score. Left out when empty, as all behind the metadata.</summary>
    External = 13,
}

internal enum LearnerKind
{
    Linear = 1,
    Trees = 2,
    Centroids = 3,
    Components = 4,
    External = 5,
}

/// <summary>What replaces a feature's missing values before `x ≤ threshold`: −∞ goes left, NaN goes right.</summary>
internal enum ViewRule
{
    NaNIsZero = 1,
    NaNLeft = 2,
    NaNRight = 3,
    ZeroLeft = 4,
    ZeroRight = 5,
}
