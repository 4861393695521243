using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Shouldly;
using Xunit;

namespace Graincast.Generator;

public sealed class FeatureRecordGeneratorTests
{
    [Theory]
    [InlineData("GRC001", "R", "[FeatureRecord] public record R(float A);")]
    [InlineData("GRC001", "Outer", "class Outer { [FeatureRecord] partial record R(float A); }")]
    [InlineData("GRC002", "At", "[FeatureRecord] public partial record R(float A, System.DateTime At);")]
    [InlineData("GRC002", "Words", "[FeatureRecord] public partial record R(string[] Words);")]
    [InlineData("GRC002", "Grid", "[FeatureRecord] public partial record R(float[,] Grid);")]
    [InlineData("GRC002", "List", "[FeatureRecord] public partial record R(System.Collections.Generic.List<float> List);")]
    [InlineData("GRC002", "C", "[FeatureRecord] public partial record R(char C);")]
    [InlineData("GRC003", "\"user_id\"", "[FeatureRecord] public partial record R(float UserId, float User_Id);")]
    [InlineData("GRC003", "\"a\"", "[FeatureRecord] public partial record R(float A, [FeatureName(\"a\")] float B);")]
    [InlineData("GRC004", "R", "[FeatureRecord] public partial record R;")]
    [InlineData("GRC005", "A", "[FeatureRecord] public partial record R([FeatureName(\"\")] float A);")]
    [InlineData("GRC006", "static", "[FeatureRecord] public static partial class R { }")]
    [InlineData("GRC006", "a ref struct", "[FeatureRecord] public ref partial struct R { public float A { get; set; } }")]
    [InlineData("GRC006", "local to its file", "[FeatureRecord] file partial record R(float A);")]
    public void What_cannot_be_mapped_is_refused_with_an_id_and_by_name(string id, string named, string source)
    {
        Compiled compiled = Compiled.Of(source);
        Diagnostic refusal = compiled.Refused.ShouldHaveSingleItem();
        refusal.Id.ShouldBe(id);
        refusal.GetMessage().ShouldContain(named);
        refusal.Location.GetLineSpan().Path.ShouldBe("Records.cs");
        compiled.Source.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[FeatureRecord] public partial record R(float A);")]
    [InlineData("[FeatureRecord] partial record struct R(float A, int? @class);")]
    [InlineData("namespace A.@class.C { [FeatureRecord] internal sealed partial class R { public double B { get; init; } } }")]
    [InlineData("[FeatureRecord] public partial record R<T>(float A, [property: FeatureIgnore] T B) where T : class;")]
    [InlineData("partial struct S<T> { partial interface I { [FeatureRecord] partial record R(float A); } }")]
    [InlineData("[FeatureRecord] partial record A(float B); [FeatureRecord] partial record C(float B, float D) : A(B);")]
    [InlineData("abstract class A { public abstract float B { get; } } [FeatureRecord] partial class C : A { public override float B => 1; }")]
    [InlineData("enum E { @new, @Old } [FeatureRecord] partial record R(E A, E? B, decimal[] C, bool?[] D);")]
    [InlineData("[FeatureRecord] partial record R([FeatureName(\"a \\\"b\\\" \\n ü\")] float A);")]
    public void What_can_be_mapped_compiles(string source)
    {
        Compiled compiled = Compiled.Of(source);
        compiled.Refused.ShouldBeEmpty();
        compiled.Errors.ShouldBeEmpty(compiled.Source);
    }

    [Theory]
    [InlineData("CustomerAge", "customer_age"), InlineData("V1", "v1"), InlineData("V1Amount", "v1_amount"), InlineData("IPAddress", "ip_address"), InlineData("ID", "id")]
    [InlineData("already_snake", "already_snake"), InlineData("User_Id", "user_id"), InlineData("Größe", "größe")]
    public void Names_become_snake_case(string property, string feature) =>
        Compiled.Of($"[FeatureRecord] public partial record R(float {property});").Source.ShouldContain($"[\"{feature}\"]");

    [Fact]
    public void An_edit_elsewhere_writes_nothing_again()
    {
        CSharpCompilation before = Compiled.Compilation("[FeatureRecord] public partial record R(float A, System.DateTime B);");
        CSharpCompilation after = before.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Elsewhere;", cancellationToken: TestContext.Current.CancellationToken));
        GeneratorRunResult result = Compiled.Driver().RunGenerators(before, TestContext.Current.CancellationToken).RunGenerators(after, TestContext.Current.CancellationToken)
            .GetRunResult().Results.ShouldHaveSingleItem();
        result.TrackedSteps["Records"].ShouldHaveSingleItem().Outputs.ShouldAllBe(output => output.Reason == IncrementalStepRunReason.Unchanged || output.Reason == IncrementalStepRunReason.Cached);
    }
}
