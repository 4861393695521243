using k8s;
using k8s.Models;

namespace Graincast.Manifests;

/// <summary>What an object names must exist.</summary>
public static class ReferenceRules
{
    private static readonly string[] Secrets = ["graincast-superuser", "graincast-silo", "graincast-silo-tls", "graincast-node-tls"];

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(
            "selectors take their own pods",
            cluster => cluster.StatefulSets.Where(set => !Cluster.Selects(set.Spec.Selector.MatchLabels, set.Spec.Template)).Select(set => set.Metadata.Name),
            cluster => cluster.StatefulSets[0].Spec.Template.Metadata.Labels["app.kubernetes.io/component"] = "other"),
        new(
            "selectors take no other pods",
            cluster => cluster.StatefulSets.Where(set => cluster.Pods.Count(pod => Cluster.Selects(set.Spec.Selector.MatchLabels, pod.Template)) != 1).Select(set => set.Metadata.Name),
            cluster => cluster.StatefulSets[0].Spec.Selector.MatchLabels.Remove("app.kubernetes.io/component")),
        new(
            "each node's name is served by a headless service that does not wait for the silo",
            cluster => cluster.StatefulSets
                .Where(set => !cluster.Services.Any(service => service.Metadata.Name == set.Spec.ServiceName
                    && service.Spec is { ClusterIP: "None", PublishNotReadyAddresses: true } && Cluster.Selects(service.Spec.Selector, set.Spec.Template)))
                .Select(set => set.Metadata.Name),
            cluster => cluster.Services.First(service => service.Spec.ClusterIP == "None").Spec.PublishNotReadyAddresses = null),
        new(
            "services lead to ports that their pods have",
            cluster => from service in cluster.Services
                       from port in service.Spec.Ports
                       where !cluster.Pods.Any(pod => Cluster.Selects(service.Spec.Selector, pod.Template) && Ports(pod.Template.Spec).Any(one => one.Name == port.TargetPort.Value && one.ContainerPort == port.Port))
                       select $"{service.Metadata.Name}:{port.Name}",
            cluster => cluster.Services[0].Spec.Ports[0].TargetPort = "sql"),
        new(
            "probes ask ports that their containers have",
            cluster => from one in cluster.Containers
                       from probe in new[] { one.Container.StartupProbe, one.Container.LivenessProbe, one.Container.ReadinessProbe }
                       where probe is not null && (probe.HttpGet is null == probe.Exec is null
                           || (probe.HttpGet is { } http && !one.Container.Ports.Any(port => port.Name == http.Port.Value)))
                       select one.Name,
            cluster => cluster.Silos.First().ReadinessProbe.HttpGet.Port = "helth"),
        new(
            "volumes that are mounted exist, and each is mounted once at a path",
            cluster => from one in cluster.Containers
                       from mount in one.Container.VolumeMounts
                       where !Volumes(cluster, one.Pod).Contains(mount.Name) || one.Container.VolumeMounts.Count(other => other.MountPath == mount.MountPath) != 1
                       select $"{one.Name}: {mount.Name}",
            cluster => cluster.Silos.First().VolumeMounts[0].Name = "nothing"),
        new(
            "volumes that exist are mounted",
            cluster => from pod in cluster.Pods
                       from volume in Volumes(cluster, pod.Template.Spec)
                       where !cluster.Containers.Any(one => one.Pod == pod.Template.Spec && one.Container.VolumeMounts.Any(mount => mount.Name == volume))
                       select $"{pod.Name}: {volume}",
            cluster => cluster.Silos.First().VolumeMounts.Remove(cluster.Silos.First().VolumeMounts.Single(mount => mount.Name == "columns"))),
        new(
            "every container has a folder for temporary files, every server's root being read-only",
            cluster => cluster.Containers.Where(one => one.Container.Name != "extension" && !one.Container.VolumeMounts.Any(mount => mount.MountPath == "/tmp")).Select(one => one.Name),
            cluster => cluster.Silos.First().VolumeMounts.Remove(cluster.Silos.First().VolumeMounts.Single(mount => mount.MountPath == "/tmp"))),
        new(
            "Postgres and silo share the folder of socket and images, and no other that either writes",
            cluster => cluster.StatefulSets.Where(set => !Written(set, "postgres").Intersect(Written(set, "silo")).SequenceEqual(["run"])).Select(set => set.Metadata.Name),
            cluster => cluster.Silos.First().VolumeMounts.Add(new V1VolumeMount { Name = "data", MountPath = "/data" })),
        new(
            "the nodes' key is Postgres' and the installer's alone",
            cluster => from one in cluster.Containers
                       where one.Container.SecurityContext.RunAsUser != 999 && one.Container.Name != "install"
                       from mount in one.Container.VolumeMounts
                       let secret = one.Pod.Volumes.FirstOrDefault(volume => volume.Name == mount.Name)?.Secret
                       where secret?.SecretName == "graincast-node-tls" && secret.Items is not [{ Key: "ca.pem" }]
                       select one.Name,
            cluster => cluster.Silos.First().VolumeMounts.Single(mount => mount.Name == "node-ca").Name = "node-tls"),
        new(
            "secrets are files that only their group reads, and are those that README.md names",
            cluster => from pod in cluster.Pods
                       from volume in pod.Template.Spec.Volumes
                       where volume.Secret is { } secret && (secret.DefaultMode != 0b100_100_000 || !Secrets.Contains(secret.SecretName) || !Readme().Contains($"`{secret.SecretName}`", StringComparison.Ordinal))
                       select $"{pod.Name}: {volume.Name}",
            cluster => cluster.StatefulSets[0].Spec.Template.Spec.Volumes.First(volume => volume.Secret is not null).Secret.DefaultMode = null),
        new(
            "configuration that is mounted exists",
            cluster => from pod in cluster.Pods
                       from volume in pod.Template.Spec.Volumes
                       where volume.ConfigMap is { } map && !cluster.ConfigMaps.Any(one => one.Metadata.Name == map.Name)
                       select $"{pod.Name}: {volume.Name}",
            cluster => cluster.ConfigMaps.Single(map => map.Data.ContainsKey("postgresql.conf")).Metadata.Name += "x"),
        new(
            "README.md says what each volume holds",
            cluster => from pod in cluster.Pods from volume in Volumes(cluster, pod.Template.Spec) where !Readme().Contains($"`{volume}`", StringComparison.Ordinal) select volume,
            cluster => cluster.Jobs[0].Spec.Template.Spec.Volumes.Add(new V1Volume { Name = "spare" })),
        new(
            "the installer's Job is named by its release",
            cluster => cluster.Jobs.Where(job => job.Metadata.Name != $"graincast-install-{job.Spec.Template.Spec.Containers[0].Image.Split(':')[1].Replace('.', '-')}").Select(job => job.Metadata.Name),
            cluster => cluster.Jobs[0].Metadata.Name = "graincast-install"),
        new(
            "no node waits for another to be ready, neither to start nor to be replaced",
            cluster => cluster.StatefulSets.Where(set => set.Spec is not { PodManagementPolicy: "Parallel", UpdateStrategy.Type: "OnDelete" }).Select(set => set.Metadata.Name),
            cluster => cluster.StatefulSets[0].Spec.UpdateStrategy = null),
        new(
            "all is in one namespace, which enforces the restricted Pod Security Standard",
            cluster =>
            [
                .. cluster.Objects.OfType<IKubernetesObject<V1ObjectMeta>>().Where(one => one is not V1Namespace && one.Metadata.NamespaceProperty != cluster.Namespace.Metadata.Name).Select(one => one.Metadata.Name),
                .. new[] { cluster.Namespace }.Where(one => one.Metadata.Labels["pod-security.kubernetes.io/enforce"] != "restricted").Select(one => one.Metadata.Name),
            ],
            cluster => cluster.Namespace.Metadata.Labels["pod-security.kubernetes.io/enforce"] = "baseline"),
    ];

    private static string Readme() => File.ReadAllText(Path.Combine(Overlay.Folder, "README.md"));

    private static IEnumerable<V1ContainerPort> Ports(V1PodSpec pod) => (pod.InitContainers ?? []).Concat(pod.Containers).SelectMany(container => container.Ports ?? []);

    private static IEnumerable<string> Volumes(Cluster cluster, V1PodSpec pod) => pod.Volumes.Select(volume => volume.Name)
        .Concat(cluster.StatefulSets.Where(set => set.Spec.Template.Spec == pod).SelectMany(set => set.Spec.VolumeClaimTemplates).Select(claim => claim.Metadata.Name));

    private static IEnumerable<string> Written(V1StatefulSet set, string container) => set.Spec.Template.Spec.InitContainers.Concat(set.Spec.Template.Spec.Containers)
        .Single(one => one.Name == container).VolumeMounts.Where(mount => mount.ReadOnlyProperty != true).Select(mount => mount.Name);
}
