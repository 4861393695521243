using System.Text.Json;
using k8s.Models;

namespace Graincast.Manifests;

/// <summary>Who watches the silos, where something is told to.</summary>
public static class MonitoringRules
{
    private const string Annotation = "prometheus.io/";

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(
            "either every node is scraped, at the port and the path where silos tell their metrics, or none",
            cluster => IsWatched(cluster)
                ? cluster.StatefulSets.Where(set => Told(set, "scrape") != "true" || Told(set, "path") != "/metrics" || Told(set, "port") != $"{Health(set).ContainerPort}").Select(set => set.Metadata.Name)
                : [],
            cluster => cluster.StatefulSets[1].Spec.Template.Metadata.Annotations[Annotation + "port"] = "11111"),
        new(
            "Prometheus comes in at every node that is scraped, from its namespace and at that port only",
            cluster => cluster.StatefulSets.Where(set => IsWatched(cluster) != cluster.Policies.Any(policy => LetsPrometheusIn(policy) && Cluster.Selects(policy.Spec.PodSelector.MatchLabels, set.Spec.Template)))
                .Select(set => set.Metadata.Name),
            cluster => cluster.Policies.Single(policy => policy.Metadata.Name == "scrape").Spec.Ingress[0].FromProperty[0].NamespaceSelector = null),
        new(
            "where nodes are scraped there are alerts and a dashboard, under names that stay",
            cluster => from map in new[] { "graincast-alerts", "graincast-dashboard" }
                       where IsWatched(cluster) != cluster.ConfigMaps.Any(one => one.Metadata.Name == map && one.Metadata.Labels.Count == 1)
                       select map,
            cluster => cluster.ConfigMaps.Single(map => map.Metadata.Name == "graincast-alerts").Metadata.Name += "-5d8f"),
        new(
            "a dashboard is JSON with a place of its own for each panel",
            cluster => from map in cluster.ConfigMaps
                       where map.Data.ContainsKey("dashboard.json")
                       from place in Places(map.Data["dashboard.json"])
                       where place.Count() > 1
                       select place.Key,
            cluster =>
            {
                V1ConfigMap map = cluster.ConfigMaps.Single(map => map.Metadata.Name == "graincast-dashboard");
                map.Data["dashboard.json"] = map.Data["dashboard.json"].Replace("\"x\": 8", "\"x\": 0", StringComparison.Ordinal);
            }),
    ];

    private static bool IsWatched(Cluster cluster) => cluster.StatefulSets.Any(set => Told(set, "scrape").Length > 0);

    private static string Told(V1StatefulSet set, string name) => set.Spec.Template.Metadata.Annotations?.TryGetValue(Annotation + name, out string? value) == true ? value : "";

    private static V1ContainerPort Health(V1StatefulSet set) => set.Spec.Template.Spec.Containers.Single(container => container.Name == "silo").Ports.Single(port => port.Name == "health");

    private static bool LetsPrometheusIn(V1NetworkPolicy policy) => policy.Spec.Ingress is
    [
        {
            FromProperty: [{ NamespaceSelector.MatchLabels: { Count: 1 } space, PodSelector.MatchLabels: { Count: 1 } pods }],
            Ports: [{ Port.Value: "health" }],
        },
    ] && space["kubernetes.io/metadata.name"] == "monitoring" && pods["app.kubernetes.io/name"] == "prometheus";

    private static IEnumerable<IGrouping<string, string>> Places(string dashboard)
    {
        using JsonDocument json = JsonDocument.Parse(dashboard);
        return json.RootElement.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("gridPos"))
            .Select(place => $"{place.GetProperty("x")}, {place.GetProperty("y")}").GroupBy(place => place).ToArray();
    }
}
