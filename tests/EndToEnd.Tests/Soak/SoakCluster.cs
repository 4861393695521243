using Graincast.Servers;
using Shouldly;

namespace Graincast.Soak;

/// <summary>A coordinator and two workers where there is Citus, else one node; and what a load must not leave behind in it.</summary>
public sealed class SoakCluster() : GraincastCluster(Citus.IsAvailable ? 2 : 0)
{
    /// <summary>Waits until nothing of any training is left: no child, no row on disk, no run under way, no half-committed transaction, no connection without its backend.</summary>
    public async Task MustBeIdleAsync()
    {
        foreach (var node in Nodes)
        {
            await Wait.UntilAsync($"node {node} has no run under way", async () => await ScalarAsync<long>("SELECT count(*) FROM pgml.runs WHERE status = 'in_progress'", node) == 0);
            await Wait.UntilAsync($"node {node} has no child", () => Processes.In(Columns(node) + "/").Length == 0);
            await Wait.UntilAsync($"node {node} has no rows of trainings", () => !Directory.EnumerateFiles(Columns(node), "*", SearchOption.AllDirectories).Any());
            await Wait.UntilAsync($"node {node} has no prepared transaction", async () => await ScalarAsync<long>("SELECT count(*) FROM pg_prepared_xacts", node) == 0, TimeSpan.FromMinutes(2));
            (await ScalarAsync<long>("SELECT count(*) FROM pg_ls_tmpdir()", node)).ShouldBe(0, $"temporary files of node {node}'s Postgres");
            // What the silo's own sessions call it by.
            await Wait.UntilAsync($"node {node}'s silo has no connection without a backend", async () =>
                Connections(node) <= await ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'", node));
        }
    }

    /// <summary>Makes all images old, lets each silo sweep at a start, and waits until there are those that models name and no others.</summary>
    public async Task MustHaveTheCatalogsImagesAsync()
    {
        foreach (var file in Nodes.SelectMany(ImageFiles))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-25));
        }
        foreach (var node in Nodes)
        {
            await RestartSiloAsync(node);
            HashSet<string> named = [.. (await ScalarAsync<string[]>("SELECT coalesce(array_agg(DISTINCT encode(image_sha256, 'hex')), '{}') FROM pgml.models WHERE image_sha256 IS NOT NULL", node))];
            await Wait.UntilAsync($"node {node} has no image that no model names", () => ImageFiles(node).All(file => named.Contains(Path.GetFileNameWithoutExtension(file))));
        }
    }

    private string[] ImageFiles(int node) => Directory.Exists(Images(node)) ? Directory.GetFiles(Images(node)) : [];

    private int Connections(int node) => File.ReadLines("/proc/net/unix").Count(line => line.EndsWith(" " + SiloSocket(node), StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[5] == "03");
}
