using Microsoft.CodeAnalysis;

namespace Graincast.Generator;

/// <summary>What the generator refuses, by id. Ids are never reused.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor NotPartial = Rule(
        "GRC001", "A feature record must be partial", "'{0}' must be partial: the generator writes the other part of it");

    public static readonly DiagnosticDescriptor UnsupportedType = Rule(
        "GRC002",
        "A property's type cannot be a feature",
        "Property '{0}' of type '{1}' cannot be a feature: use a number, bool, string, enum or an array of numbers, or mark it [FeatureIgnore]");

    public static readonly DiagnosticDescriptor DuplicateName = Rule(
        "GRC003", "Two properties are the same feature", "'{0}' and '{1}' are both the feature \"{2}\": give one of them another [FeatureName]");

    public static readonly DiagnosticDescriptor NoFeatures = Rule(
        "GRC004", "A feature record has no features", "'{0}' has no public property that is a feature");

    public static readonly DiagnosticDescriptor EmptyName = Rule(
        "GRC005", "A feature's name is empty", "The [FeatureName] of '{0}' is empty: give the column's name");

    public static readonly DiagnosticDescriptor UnsupportedForm = Rule(
        "GRC006", "A type of this form cannot be a feature record", "'{0}' is {1} and cannot be a feature record: use a class, a struct or a record");

    private static DiagnosticDescriptor Rule(string id, string title, string message) =>
        new(id, title, message, "Graincast", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
