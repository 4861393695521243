using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Graincast.Generator;

/// <summary>A diagnostic as plain values: one that held a syntax tree would keep the compiler from reusing what it has.</summary>
internal sealed record Refusal(string Id, string Path, TextSpan Span, LinePositionSpan Lines, string Arguments)
{
    private const char Separator = '\u001f';

    public static Refusal Of(DiagnosticDescriptor rule, Location? location, params string[] arguments) => new(
        rule.Id,
        location?.SourceTree?.FilePath ?? "",
        location?.SourceSpan ?? default,
        location?.GetLineSpan().Span ?? default,
        string.Join(Separator.ToString(), arguments));

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Rule(Id), Path.Length == 0 ? Location.None : Location.Create(Path, Span, Lines), [.. Arguments.Split(Separator)]);

    private static DiagnosticDescriptor Rule(string id) => id switch
    {
        "GRC001" => Rules.NotPartial,
        "GRC002" => Rules.UnsupportedType,
        "GRC003" => Rules.DuplicateName,
        "GRC004" => Rules.NoFeatures,
        "GRC005" => Rules.EmptyName,
        _ => Rules.UnsupportedForm,
    };
}
