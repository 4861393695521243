using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Graincast.Generator;

/// <summary>Reads which properties of a type are features.</summary>
internal static class FeatureReader
{
    private const string NameAttribute = "Graincast.Client.FeatureNameAttribute";
    private const string IgnoreAttribute = "Graincast.Client.FeatureIgnoreAttribute";

    /// <summary>The features of a type, those of its bases first; what cannot be one is refused.</summary>
    public static List<Feature> Read(INamedTypeSymbol type, List<Refusal> refusals)
    {
        var features = new List<Feature>();
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (IPropertySymbol property in Properties(type))
        {
            string name = Name(property, refusals);
            if (Statements(property) is not { } statements)
            {
                refusals.Add(Refusal.Of(Rules.UnsupportedType, property.Locations.FirstOrDefault(), property.Name, property.Type.ToDisplayString()));
            }
            else if (owners.TryGetValue(name, out string? owner))
            {
                refusals.Add(Refusal.Of(Rules.DuplicateName, property.Locations.FirstOrDefault(), owner, property.Name, name));
            }
            else
            {
                owners.Add(name, property.Name);
                features.Add(new Feature(name, statements));
            }
        }

        return features;
    }

    private static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol type)
    {
        var bases = new Stack<INamedTypeSymbol>();
        for (INamedTypeSymbol? t = type; t is not null && t.SpecialType == SpecialType.None; t = t.BaseType)
        {
            bases.Push(t);
        }

        // One that is overridden or hidden has its place where it was first declared, and its type from where it was last.
        var order = new List<string>();
        var last = new Dictionary<string, IPropertySymbol>(StringComparer.Ordinal);
        foreach (IPropertySymbol property in bases.SelectMany(t => t.GetMembers().OfType<IPropertySymbol>()))
        {
            if (property is { DeclaredAccessibility: Accessibility.Public, IsStatic: false, IsIndexer: false, GetMethod.DeclaredAccessibility: Accessibility.Public })
            {
                if (!last.ContainsKey(property.Name))
                {
                    order.Add(property.Name);
                }

                last[property.Name] = property;
            }
        }

        return order.Select(name => last[name]).Where(property => Attribute(property, IgnoreAttribute) is null);
    }

    private static string Name(IPropertySymbol property, List<Refusal> refusals)
    {
        if (Attribute(property, NameAttribute) is not { } attribute)
        {
            return SnakeCase.Of(property.Name);
        }

        string name = attribute.ConstructorArguments.FirstOrDefault().Value as string ?? "";
        if (name.Length == 0)
        {
            refusals.Add(Refusal.Of(Rules.EmptyName, property.Locations.FirstOrDefault(), property.Name));
        }

        return name;
    }

    private static string? Statements(IPropertySymbol property)
    {
        string value = $"record.@{property.Name}";
        string owner = Literal(property.Name);
        if (FeatureKind.Cast(property.Type) is { } cast)
        {
            return $"writer.Number(({cast}){value}, {owner});";
        }

        if (property.Type.SpecialType == SpecialType.System_String)
        {
            return $"writer.Text({value});";
        }

        if (FeatureKind.Enum(property.Type) is { } choices)
        {
            return $"writer.Text({Choose(choices, FeatureKind.IsNullable(property.Type), value, owner)});";
        }

        return property.Type is IArrayTypeSymbol { Rank: 1 } array && FeatureKind.Cast(array.ElementType) is { } entry
            ? $"foreach (var entry in global::Graincast.Client.FeatureWriter.Required({value}, {owner})) {{ writer.Entry(({entry})entry, {owner}); }} writer.EndArray();"
            : null;
    }

    // A switch over the members: ToString would look them up by reflection.
    private static string Choose(INamedTypeSymbol choices, bool isNullable, string value, string owner)
    {
        string type = choices.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        var arms = new StringBuilder();
        var seen = new HashSet<object>();
        foreach (IFieldSymbol member in choices.GetMembers().OfType<IFieldSymbol>().Where(field => field.HasConstantValue && seen.Add(field.ConstantValue!)))
        {
            arms.Append($"{type}.@{member.Name} => {Literal(Attribute(member, NameAttribute)?.ConstructorArguments.FirstOrDefault().Value as string ?? member.Name)}, ");
        }

        string absent = isNullable ? "null => null, " : "";
        return $"{value} switch {{ {arms}{absent}var other => throw global::Graincast.Client.FeatureWriter.NoMember(other, {owner}) }}";
    }

    // [FeatureName] on a positional record's parameter stands on the parameter unless it says property:.
    private static AttributeData? Attribute(ISymbol symbol, string name)
    {
        IEnumerable<AttributeData> attributes = symbol.GetAttributes();
        if (symbol is IPropertySymbol { ContainingType: { IsRecord: true } owner })
        {
            attributes = attributes.Concat(owner.InstanceConstructors
                .Where(constructor => constructor.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax))
                .SelectMany(constructor => constructor.Parameters)
                .Where(parameter => parameter.Name == symbol.Name)
                .SelectMany(parameter => parameter.GetAttributes()));
        }

        return attributes.FirstOrDefault(attribute => attribute.AttributeClass?.ToDisplayString() == name);
    }

    private static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
