using System.Collections.Immutable;

namespace Graincast.Generator;

/// <summary>A type to write the other part of, as values that compare: what is the same is not written again.</summary>
/// <param name="Namespace">Empty for the global one.</param>
/// <param name="Openings">The declarations to open, outermost first, such as <c>partial record struct Row</c>.</param>
/// <param name="FullName">With <c>global::</c> and type parameters.</param>
/// <param name="FileName">Of the generated source; unique.</param>
/// <param name="Features">A line of C# for each feature's name and one for its value.</param>
/// <param name="Refusals">Not empty: nothing is written.</param>
internal sealed record FeatureRecord(
    string Namespace, Values<string> Openings, string FullName, string FileName, Values<Feature> Features, Values<Refusal> Refusals);

/// <summary>A feature: its name, and the statements that write its value.</summary>
internal sealed record Feature(string Name, string Statements);

/// <summary>An array that compares by its values.</summary>
internal readonly struct Values<T>(ImmutableArray<T> items) : IEquatable<Values<T>>
    where T : IEquatable<T>
{
    public ImmutableArray<T> Items => items.IsDefault ? [] : items;

    public bool Equals(Values<T> other) => Items.SequenceEqual(other.Items);

    public override bool Equals(object? obj) => obj is Values<T> other && Equals(other);

    public override int GetHashCode() => Items.Aggregate(17, (hash, item) => (hash * 31) + item.GetHashCode());
}
