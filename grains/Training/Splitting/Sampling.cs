namespace Graincast.Training;

/// <summary>How the held-out rows are chosen: the labels of <c>pgml.sampling</c>.</summary>
public enum Sampling
{
    /// <summary>By a seeded hash of the row.</summary>
    Random,

    /// <summary>The rows that arrived last.</summary>
    Last,

    /// <summary>As random, within each label in proportion.</summary>
    Stratified,
}
