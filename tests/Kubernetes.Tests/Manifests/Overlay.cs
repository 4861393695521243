using System.Diagnostics;
using k8s;
using Xunit;

namespace Graincast.Manifests;

/// <summary>A folder of k8s/, as <c>kubectl</c> puts it together.</summary>
public static class Overlay
{
    private const string Reason = "kubectl is not installed. Its `kubectl kustomize` builds the manifests; no API server is called.";

    private static readonly Dictionary<string, string> Built = [];

    public static IReadOnlyList<string> Names { get; } = ["base", "overlays/dev", "overlays/tls", "overlays/prod", "overlays/monitoring"];

    public static string Folder { get; } = Path.Combine(Repository(), "k8s");

    /// <summary>The manifests as YAML. At a desk without kubectl the test is skipped.</summary>
    public static string Build(string name)
    {
        lock (Built)
        {
            return Built.TryGetValue(name, out string? yaml) ? yaml : Built[name] = Run(name);
        }
    }

    /// <summary>The manifests as objects: a field that Kubernetes does not have is an error.</summary>
    public static Cluster Read(string name) => Parse(Build(name));

    public static Cluster Parse(string yaml) => new(KubernetesYaml.LoadAllFromString(yaml, strict: true));

    private static string Run(string name)
    {
        bool isThere = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")));
        Assert.SkipUnless(isThere, Reason);
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Folder, name)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = kubectl.StandardError.ReadToEndAsync();
        string yaml = kubectl.StandardOutput.ReadToEnd();
        kubectl.WaitForExit();
        return kubectl.ExitCode == 0 && error.Result.Length == 0 ? yaml : throw new InvalidOperationException($"kubectl kustomize {name}: {error.Result}");
    }

    private static string Repository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Directory.Packages.props")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests must run from inside of the checkout.");
        }

        return folder;
    }
}
