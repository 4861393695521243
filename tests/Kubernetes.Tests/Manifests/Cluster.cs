using k8s.Models;

namespace Graincast.Manifests;

/// <summary>All objects of an overlay, by kind.</summary>
public sealed class Cluster(IReadOnlyList<object> objects)
{
    public IReadOnlyList<V1StatefulSet> StatefulSets { get; } = [.. objects.OfType<V1StatefulSet>()];

    public IReadOnlyList<V1Job> Jobs { get; } = [.. objects.OfType<V1Job>()];

    public IReadOnlyList<V1Service> Services { get; } = [.. objects.OfType<V1Service>()];

    public IReadOnlyList<V1NetworkPolicy> Policies { get; } = [.. objects.OfType<V1NetworkPolicy>()];

    public IReadOnlyList<V1PodDisruptionBudget> Budgets { get; } = [.. objects.OfType<V1PodDisruptionBudget>()];

    public IReadOnlyList<V1ConfigMap> ConfigMaps { get; } = [.. objects.OfType<V1ConfigMap>()];

    public V1Namespace Namespace { get; } = objects.OfType<V1Namespace>().Single();

    public IReadOnlyList<object> Objects => objects;

    /// <summary>What pods are made from, by the name of what makes them.</summary>
    public IEnumerable<(string Name, V1PodTemplateSpec Template)> Pods =>
        [.. StatefulSets.Select(set => (set.Metadata.Name, set.Spec.Template)), .. Jobs.Select(job => (job.Metadata.Name, job.Spec.Template))];

    /// <summary>Every container of every pod, init containers and sidecars too; the name says whose.</summary>
    public IEnumerable<(string Name, V1PodSpec Pod, V1Container Container)> Containers =>
        from pod in Pods
        from container in (pod.Template.Spec.InitContainers ?? []).Concat(pod.Template.Spec.Containers)
        select ($"{pod.Name}/{container.Name}", pod.Template.Spec, container);

    /// <summary>The silo of every node.</summary>
    public IEnumerable<V1Container> Silos => Containers.Where(one => one.Container.Name == "silo").Select(one => one.Container);

    /// <summary>Whether a selector takes a pod with these labels.</summary>
    public static bool Selects(IDictionary<string, string>? selector, V1PodTemplateSpec pod) =>
        (selector ?? new Dictionary<string, string>()).All(pair => pod.Metadata.Labels.TryGetValue(pair.Key, out string? value) && value == pair.Value);
}
