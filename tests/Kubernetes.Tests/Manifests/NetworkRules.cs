using k8s.Models;

namespace Graincast.Manifests;

/// <summary>Who may talk with whom, and who may be evicted.</summary>
public static class NetworkRules
{
    private const int Postgres = 5432;

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(
            "what no policy allows is denied, in both directions",
            cluster => cluster.Policies.Any(policy => policy.Spec is { PodSelector.MatchLabels: null, PolicyTypes: ["Ingress", "Egress"], Ingress: null, Egress: null }) ? [] : ["no default"],
            cluster => cluster.Policies.Single(policy => policy.Metadata.Name == "default-deny").Spec.PolicyTypes = ["Ingress"]),
        new(
            "every other policy takes some pod",
            cluster => cluster.Policies.Where(policy => !cluster.Pods.Any(pod => Cluster.Selects(policy.Spec.PodSelector.MatchLabels, pod.Template))).Select(policy => policy.Metadata.Name),
            cluster => cluster.Policies.Single(policy => policy.Metadata.Name == "nodes").Spec.PodSelector.MatchLabels["graincast/node"] = "yes"),
        new(
            "nodes reach all ports of nodes but health, the installer Postgres",
            cluster => from source in cluster.Pods
                       from target in cluster.StatefulSets.Select(set => (set.Metadata.Name, set.Spec.Template))
                       from port in target.Template.Spec.InitContainers.Concat(target.Template.Spec.Containers).SelectMany(container => container.Ports ?? [])
                       let isNode = source.Template.Metadata.Labels.ContainsKey("graincast/node")
                       let wanted = isNode ? port.Name != "health" : port.ContainerPort == Postgres && target.Name == "graincast-coordinator"
                       where wanted != (Sends(cluster, source.Template, target.Template, port) && Takes(cluster, source.Template, target.Template, port))
                       select $"{source.Name} to {target.Name}:{port.Name}",
            cluster => cluster.Policies.Single(policy => policy.Metadata.Name == "install").Spec.Egress[0].Ports[0].Port = 5433),
        new(
            "ports of policies by name are ports of their pods",
            cluster => from policy in cluster.Policies
                       from port in (policy.Spec.Ingress ?? []).SelectMany(ingress => ingress.Ports)
                       where !cluster.Pods.Where(pod => Cluster.Selects(policy.Spec.PodSelector.MatchLabels, pod.Template))
                           .All(pod => pod.Template.Spec.InitContainers.Concat(pod.Template.Spec.Containers).SelectMany(container => container.Ports ?? []).Any(one => one.Name == port.Port.Value))
                       select $"{policy.Metadata.Name}: {port.Port.Value}",
            cluster => cluster.Policies.Single(policy => policy.Metadata.Name == "nodes").Spec.Ingress[0].Ports[0].Port = "sql"),
        new(
            "one budget for disruption takes all nodes",
            cluster => cluster.Budgets is [{ Spec.MaxUnavailable.Value: "1" } budget]
                ? cluster.StatefulSets.Where(set => !Cluster.Selects(budget.Spec.Selector.MatchLabels, set.Spec.Template)).Select(set => set.Metadata.Name)
                : ["not one"],
            cluster => cluster.Budgets[0].Spec.Selector.MatchLabels["graincast/node"] = "yes"),
    ];

    private static bool Sends(Cluster cluster, V1PodTemplateSpec source, V1PodTemplateSpec target, V1ContainerPort port) => Of(cluster, source, "Egress")
        .SelectMany(policy => policy.Spec.Egress ?? [])
        .Any(rule => Allows(rule.To, target) && rule.Ports.Any(one => Fits(one, port)));

    private static bool Takes(Cluster cluster, V1PodTemplateSpec source, V1PodTemplateSpec target, V1ContainerPort port) => Of(cluster, target, "Ingress")
        .SelectMany(policy => policy.Spec.Ingress ?? [])
        .Any(rule => Allows(rule.FromProperty, source) && rule.Ports.Any(one => Fits(one, port)));

    private static IEnumerable<V1NetworkPolicy> Of(Cluster cluster, V1PodTemplateSpec pod, string direction) =>
        cluster.Policies.Where(policy => policy.Spec.PolicyTypes.Contains(direction) && Cluster.Selects(policy.Spec.PodSelector.MatchLabels, pod));

    private static bool Allows(IList<V1NetworkPolicyPeer> peers, V1PodTemplateSpec pod) => peers.Any(peer => peer.NamespaceSelector?.MatchLabels is null && Cluster.Selects(peer.PodSelector.MatchLabels, pod));

    private static bool Fits(V1NetworkPolicyPort policy, V1ContainerPort port) => policy.Port.Value == port.Name || policy.Port.Value == $"{port.ContainerPort}";
}
