using System.Diagnostics;
using Graincast.Manifests;
using Shouldly;
using Xunit;

namespace Graincast.Pods;

/// <summary>A pod as its manifest describes it, without a container engine.</summary>
public sealed class PodTests
{
    [Fact]
    public async Task A_pod_installs_trains_predicts_and_ends_and_its_silo_sees_nothing_of_Postgres()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give processes a root of their own.");
        Assert.SkipUnless(File.Exists("/usr/share/postgresql/15/extension/citus.control"), "The extension citus is not installed for PostgreSQL 15.");
        using var pod = new PodFolder((await RunAsync("id", "-u", "postgres")).Trim());

        string output = await RunAsync(
            Path.Combine(Overlay.Folder, "..", "tests", "Kubernetes.Tests", "Pods", "pod.sh"), pod.Path, Path.Combine(Overlay.Folder, "..", "bin", "app"));

        output.ShouldContain("Graincast is installed.");
        output.ShouldContain("predicted 14, shared true");
        output.ShouldContain("TLS by /etc/graincast/silo-tls");
        output.ShouldContain("the silo ended with 0");
        output.ShouldContain("/etc/graincast/node-tls/key.pem: No such file or directory");
        output.ShouldContain("/etc/graincast/superuser-password/password: No such file or directory");
        output.ShouldContain("/var/lib/postgresql/data/pgdata/PG_VERSION: No such file or directory");
        output.ShouldContain("/new': Read-only file system");
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        string all = $"{await output}\n{await error}";
        return process.ExitCode == 0 ? all : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {all}");
    }
}
