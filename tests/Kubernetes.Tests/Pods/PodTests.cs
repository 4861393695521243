using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Graincast.Pods;

/// <summary>A pod as its manifest describes it, without a container engine.</summary>
[Collection(PodCollection.Name)]
public sealed partial class PodTests(PodRun pod)
{
    [Fact]
    public void A_pod_installs_trains_predicts_and_ends_and_its_silo_sees_nothing_of_Postgres()
    {
        Assert.SkipWhen(pod.Output is null, pod.Reason);

        pod.Output.ShouldContain("Graincast is installed.");
        pod.Output.ShouldContain("predicted 14, shared true");
        pod.Output.ShouldContain("TLS by /etc/graincast/silo-tls");
        pod.Output.ShouldContain("the silo ended with 0");
        pod.Output.ShouldContain("/etc/graincast/node-tls/key.pem: No such file or directory");
        pod.Output.ShouldContain("/etc/graincast/superuser-password/password: No such file or directory");
        pod.Output.ShouldContain("/var/lib/postgresql/data/pgdata/PG_VERSION: No such file or directory");
        pod.Output.ShouldContain("/new': Read-only file system");
    }

    [Fact]
    public void A_silo_that_its_memory_limit_killed_comes_back_and_trains_and_no_prediction_in_SQL_has_failed_meanwhile()
    {
        Assert.SkipWhen(pod.Output is null, pod.Reason);
        Assert.SkipUnless(pod.Output.Contains("number of transactions", StringComparison.Ordinal), "No memory cgroup can be made here.");

        Regex.Count(pod.Output, "the silo ended with 137").ShouldBe(1);
        pod.Output.ShouldContain("predicted again 200");
        pod.Output.ShouldContain("number of failed transactions: 0 (");
        int.Parse(Processed().Match(pod.Output).Groups[1].Value).ShouldBeGreaterThan(100);
    }

    [GeneratedRegex(@"number of transactions actually processed: (\d+)")]
    private static partial Regex Processed();
}
