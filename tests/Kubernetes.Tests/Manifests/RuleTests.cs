using Shouldly;
using Xunit;

namespace Graincast.Manifests;

public sealed class RuleTests
{
    private static readonly Rule[] All = [.. PodRules.All, .. ReferenceRules.All, .. NetworkRules.All, .. MonitoringRules.All];

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    public static TheoryData<string> Rules => [.. All.Select(rule => rule.Name)];

    [Theory, MemberData(nameof(Overlays))]
    public void Every_overlay_keeps_every_rule(string overlay)
    {
        Cluster cluster = Overlay.Read(overlay);

        All.SelectMany(rule => rule.Check(cluster).Select(thing => $"{rule.Name}: {thing}")).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Rules))]
    public void A_manifest_that_breaks_a_rule_is_found(string name)
    {
        Cluster cluster = Overlay.Read("overlays/monitoring");
        Rule rule = All.Single(one => one.Name == name);

        rule.Mutate(cluster);

        rule.Check(cluster).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_field_that_Kubernetes_does_not_have_is_found()
    {
        string yaml = Overlay.Build("base");

        string wrong = yaml.Replace("readOnlyRootFilesystem", "readOnlyRootFileSystem", StringComparison.Ordinal);

        wrong.ShouldNotBe(yaml);
        Should.Throw<Exception>(() => Overlay.Parse(wrong)).Message.ShouldContain("readOnlyRootFileSystem");
    }
}
