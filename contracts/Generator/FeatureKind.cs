using Microsoft.CodeAnalysis;

namespace Graincast.Generator;

/// <summary>How a property's type becomes a feature: what a value is cast to before it is handed to the writer.</summary>
internal static class FeatureKind
{
    /// <summary>The cast of a number or boolean, nullable or not; null for anything else.</summary>
    public static string? Cast(ITypeSymbol type) => WithoutNullable(type) switch
    {
        { SpecialType: SpecialType.System_Boolean } => "bool?",
        { SpecialType: SpecialType.System_Single } => "float?",
        { SpecialType: SpecialType.System_Decimal } => "decimal?",
        // As SQL does: integers go by way of double precision.
        {
            SpecialType: SpecialType.System_Double
            or SpecialType.System_SByte or SpecialType.System_Byte
            or SpecialType.System_Int16 or SpecialType.System_UInt16
            or SpecialType.System_Int32 or SpecialType.System_UInt32
            or SpecialType.System_Int64 or SpecialType.System_UInt64
        } => "double?",
        { Name: "Half", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } => "float?",
        _ => null,
    };

    public static INamedTypeSymbol? Enum(ITypeSymbol type) => WithoutNullable(type) is INamedTypeSymbol { TypeKind: TypeKind.Enum } found ? found : null;

    public static bool IsNullable(ITypeSymbol type) => type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T };

    private static ITypeSymbol WithoutNullable(ITypeSymbol type) => IsNullable(type) ? ((INamedTypeSymbol)type).TypeArguments[0] : type;
}
