using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Graincast.Generator;

/// <summary>Source that the generator was run on.</summary>
public sealed record Compiled(IReadOnlyList<Diagnostic> Refused, IReadOnlyList<Diagnostic> Errors, string Source)
{
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static Compiled Of(string source)
    {
        CSharpCompilation compilation = Compilation(source);
        GeneratorDriver driver = Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _);
        GeneratorDriverRunResult result = driver.GetRunResult();
        return new Compiled(
            result.Diagnostics,
            [.. output.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)],
            string.Join("\n", result.GeneratedTrees.Select(tree => tree.ToString())));
    }

    public static CSharpCompilation Compilation(string source) => CSharpCompilation.Create(
        "Records",
        [CSharpSyntaxTree.ParseText($"using Graincast.Client;\n{source}", path: "Records.cs")],
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    public static CSharpGeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new FeatureRecordGenerator().AsSourceGenerator()], driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
}
