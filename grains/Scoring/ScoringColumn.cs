namespace Graincast.Scoring;

/// <summary>A column as a caller fills it: <paramref name="Width"/> numbers of a row's inputs from <paramref name="FirstInput"/> on.</summary>
/// <param name="Missing">What a NULL means.</param>
/// <param name="Unknown">What a text means that training never saw.</param>
public sealed record ScoringColumn(string Name, ColumnKind Kind, MissingInput Missing, int FirstInput, int Width, MissingInput Unknown = MissingInput.Fill);
