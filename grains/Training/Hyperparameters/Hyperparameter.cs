namespace Graincast.Training;

/// <summary>What a hyperparameter's JSON value must be.</summary>
public enum HyperparameterKind
{
    Integer,
    Real,
    Boolean,
    Choice,

    /// <summary>A number within the bounds or one of the choices.</summary>
    RealOrChoice,
}

/// <summary>
/// One setting of an algorithm: its name, the names other libraries give it, its type, default and bounds (both ends allowed).
/// The bounds are there because settings can kill: 131 072 leaves were seen to use up 2 GB in 4 s.
/// </summary>
public sealed record Hyperparameter
{
    public required string Name { get; init; }

    public required HyperparameterKind Kind { get; init; }

    /// <summary>A long, double, bool, string, or null where <see cref="AllowsNull"/>.</summary>
    public required object? Default { get; init; }

    public double Min { get; init; }

    public double Max { get; init; }

    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Words that other libraries have and that mean something which is not offered: 0A000 rather than 22023.</summary>
    public IReadOnlyList<string> NotOffered { get; init; } = [];

    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>JSON null is a value, "no limit" for most.</summary>
    public bool AllowsNull { get; init; }

    public static Hyperparameter Integer(string name, long? value, long min, long max, params string[] aliases) => new()
    {
        Name = name,
        Kind = HyperparameterKind.Integer,
        Default = value,
        Min = min,
        Max = max,
        Aliases = aliases,
        AllowsNull = value is null,
    };

    public static Hyperparameter Real(string name, double value, double min, double max, params string[] aliases) => new()
    {
        Name = name,
        Kind = HyperparameterKind.Real,
        Default = value,
        Min = min,
        Max = max,
        Aliases = aliases,
    };

    public static Hyperparameter Boolean(string name, bool value) => new()
    {
        Name = name,
        Kind = HyperparameterKind.Boolean,
        Default = value,
    };

    public static Hyperparameter Choice(string name, string value, params string[] choices) => new()
    {
        Name = name,
        Kind = HyperparameterKind.Choice,
        Default = value,
        Choices = choices,
    };

    /// <summary>The kind and bounds, for an error and for ALGORITHMS.md.</summary>
    public string Allowed()
    {
        var allowed = Kind switch
        {
            HyperparameterKind.Integer => $"a whole number from {Min:0} to {Max:0}",
            HyperparameterKind.Real => $"a number from {Min} to {Max}",
            HyperparameterKind.Boolean => "true or false",
            HyperparameterKind.Choice => string.Join(" or ", Choices),
            _ => $"a number from {Min} to {Max}, {string.Join(" or ", Choices)}",
        };
        return AllowsNull ? allowed + ", or null" : allowed;
    }
}
