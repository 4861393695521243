using System.Globalization;
using k8s.Models;

namespace Graincast.Manifests;

/// <summary>How containers run.</summary>
public static class PodRules
{
    private static readonly string[] Resources = ["cpu", "memory"];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(
            "every pod is nobody's at the API server",
            cluster => Pods(cluster, pod => pod.AutomountServiceAccountToken == false && pod.EnableServiceLinks == false),
            cluster => Silo(cluster).AutomountServiceAccountToken = null),
        new(
            "every pod runs as an ordinary user under the runtime's seccomp profile",
            cluster => Pods(cluster, pod => pod.SecurityContext is { RunAsNonRoot: true, FsGroup: not null, SeccompProfile.Type: "RuntimeDefault" }),
            cluster => Silo(cluster).SecurityContext.SeccompProfile = null),
        new(
            "every container is as the restricted Pod Security Standard asks, with a read-only root",
            cluster => Containers(cluster, container => container.SecurityContext is
            {
                AllowPrivilegeEscalation: false,
                ReadOnlyRootFilesystem: true,
                RunAsUser: > 0,
                RunAsGroup: > 0,
                Capabilities.Drop: ["ALL"],
                Capabilities.Add: null,
            }),
            cluster => cluster.Silos.First().SecurityContext.ReadOnlyRootFilesystem = null),
        new(
            "Postgres and silo are different users",
            cluster => cluster.StatefulSets.Where(set => User(set, "postgres") == User(set, "silo")).Select(set => set.Metadata.Name),
            cluster => cluster.Silos.First().SecurityContext.RunAsUser = 999),
        new(
            "every container asks for processor time and memory, and has limits",
            cluster => Containers(cluster, container => Resources.All(name =>
                container.Resources?.Requests?.ContainsKey(name) == true && container.Resources.Limits?.ContainsKey(name) == true && Amount(container, name, false) <= Amount(container, name, true))),
            cluster => cluster.Silos.First().Resources.Limits.Remove("memory")),
        new(
            "a training's worker fits below the silo's memory limit, with a quarter for the silo",
            cluster => cluster.Silos.Where(silo => decimal.Parse(Value(silo, "GRAINCAST__WORKERMEMORYBYTES"), CultureInfo.InvariantCulture) > Amount(silo, "memory", true) * 0.75m).Select(silo => silo.Name),
            cluster => cluster.Silos.First().Resources.Limits["memory"] = new ResourceQuantity("6Gi")),
        new(
            "images fit into their volume, with a quarter for those that are in use",
            cluster => Pods(cluster, pod => pod.Containers.All(container => container.Name != "silo"
                || decimal.Parse(Value(container, "GRAINCAST__IMAGESBYTES"), CultureInfo.InvariantCulture) <= Run(pod).SizeLimit.ToDecimal() * 0.75m)),
            cluster => Run(Silo(cluster)).SizeLimit = new ResourceQuantity("1Gi")),
        new(
            "Postgres is a sidecar that starts before the node registers and the silo starts",
            cluster => cluster.StatefulSets
                .Where(set => set.Spec.Template.Spec.InitContainers is not [{ Name: "extension" }, { Name: "postgres", RestartPolicy: "Always", StartupProbe: not null }, { Name: "register" }])
                .Select(set => set.Metadata.Name),
            cluster => Silo(cluster).InitContainers.RemoveAt(0)),
        new(
            "every server has a probe for its start and for being ready, the silo one for being alive",
            cluster => Containers(cluster, container => container.Ports is null
                || (container.StartupProbe is not null && container.ReadinessProbe is not null && (container.LivenessProbe is not null || container.RestartPolicy == "Always"))),
            cluster => cluster.Silos.First().LivenessProbe = null),
        new(
            "every image has a tag that stays",
            cluster => Containers(cluster, container => container.Image.Split(':') is [var repository, var tag] && repository.Contains('/') && tag.Any(char.IsAsciiDigit)),
            cluster => cluster.Silos.First().Image = "registry.example/graincast/silo:latest"),
        new(
            "no environment variable holds a secret",
            cluster => Containers(cluster, container => (container.Env ?? []).All(variable => variable.ValueFrom?.SecretKeyRef is null
                    && variable.Value?.Contains("Password=", StringComparison.OrdinalIgnoreCase) is not true
                    && (variable.Value is null || variable.Value.StartsWith('/') || !variable.Name.Contains("PASS", StringComparison.Ordinal)))
                && container.EnvFrom is null),
            cluster => cluster.Silos.First().Env.Single(variable => variable.Name == "GRAINCAST__CONNECTION").Value += ";Password=secret"),
        new(
            "nodes are spread over machines",
            cluster => cluster.StatefulSets.Where(set => set.Spec.Template.Spec.TopologySpreadConstraints is not [{ TopologyKey: "kubernetes.io/hostname", LabelSelector: { } selector }]
                || !Cluster.Selects(selector.MatchLabels, set.Spec.Template)).Select(set => set.Metadata.Name),
            cluster => cluster.StatefulSets[0].Spec.Template.Metadata.Labels.Remove("graincast/node")),
    ];

    /// <summary>The value of an environment variable.</summary>
    public static string Value(V1Container container, string name) => container.Env.Single(variable => variable.Name == name).Value;

    private static V1PodSpec Silo(Cluster cluster) => cluster.StatefulSets[0].Spec.Template.Spec;

    private static V1EmptyDirVolumeSource Run(V1PodSpec pod) => pod.Volumes.Single(volume => volume.Name == "run").EmptyDir;

    private static IEnumerable<string> Pods(Cluster cluster, Func<V1PodSpec, bool> holds) => cluster.Pods.Where(pod => !holds(pod.Template.Spec)).Select(pod => pod.Name);

    private static IEnumerable<string> Containers(Cluster cluster, Func<V1Container, bool> holds) => cluster.Containers.Where(one => !holds(one.Container)).Select(one => one.Name);

    private static long? User(V1StatefulSet set, string container) =>
        set.Spec.Template.Spec.InitContainers.Concat(set.Spec.Template.Spec.Containers).Single(one => one.Name == container).SecurityContext.RunAsUser;

    private static decimal Amount(V1Container container, string name, bool isLimit) => (isLimit ? container.Resources.Limits : container.Resources.Requests)[name].ToDecimal();
}
