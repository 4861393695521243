namespace Graincast.Client;

/// <summary>
/// Makes a partial type's public properties features: each is the feature with its name in snake_case. Numbers, booleans, texts, enums (their member's name), all
/// of them nullable, and arrays of numbers. A generator writes the mapping; nothing is looked up by reflection.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class FeatureRecordAttribute : Attribute;

/// <summary>The feature's name, or the text of an enum's member, where it is not what it is called in C#.</summary>
/// <param name="name">A column of the relation that the project was trained on, or a text in it.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.Field)]
public sealed class FeatureNameAttribute(string name) : Attribute
{
    /// <summary>As the relation has it.</summary>
    public string Name { get; } = name;
}

/// <summary>A property that is no feature.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class FeatureIgnoreAttribute : Attribute;
