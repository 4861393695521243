namespace Graincast.Scoring;

/// <summary>What a NULL in a column means. Numbers are on disk and in score.h: frozen by a test.</summary>
public enum MissingInput
{
    /// <summary>An error of the caller's.</summary>
    Error = 0,

    /// <summary>The column's fill, from the image.</summary>
    Fill = 1,
}
