namespace Graincast.Scoring;

/// <summary>A column as a caller fills it: <paramref name="Width"/> numbers of a row's inputs from <paramref name="FirstInput"/> on.</summary>
public sealed record ScoringColumn(string Name, ColumnKind Kind, MissingInput Missing, int FirstInput, int Width);
