using Graincast.Servers;

namespace Graincast.Soak;

/// <summary>A coordinator and two workers where there is Citus, else one node; and what a load must not leave behind in it.</summary>
public sealed class SoakCluster() : GraincastCluster(Citus.IsAvailable ? 2 : 0)
{
    /// <summary>Half-committed transactions are ended by Citus' maintenance, once a minute.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Waits until nothing of any training is left, and returns what is all the same: what it is, and how many.</summary>
    public Task<IReadOnlyDictionary<string, long>> LeaksAsync() => LeastAsync(async () =>
    {
        Dictionary<string, long> left = new() { ["runs"] = 0, ["children"] = 0, ["files"] = 0, ["sockets"] = 0, ["prepared transactions"] = 0 };
        foreach (var node in Nodes)
        {
            left["runs"] += await ScalarAsync<long>("SELECT count(*) FROM pgml.runs WHERE status = 'in_progress'", node);
            left["children"] += Processes.In(Columns(node) + "/").Length;
            left["files"] += Directory.EnumerateFiles(Columns(node), "*", SearchOption.AllDirectories).Count() + await ScalarAsync<long>("SELECT count(*) FROM pg_ls_tmpdir()", node);
            // What the silo's own sessions call it by is in use too.
            left["sockets"] += Math.Max(0, Connections(node) - await ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'", node));
            left["prepared transactions"] += await ScalarAsync<long>("SELECT count(*) FROM pg_prepared_xacts", node);
        }
        return left;
    });

    /// <summary>Makes all images old, lets each silo sweep at a start, waits until there are those that models name and no others, and returns how many others there are all the same.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ImageLeaksAsync()
    {
        foreach (var file in Nodes.SelectMany(ImageFiles))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-25));
        }
        foreach (var node in Nodes)
        {
            await RestartSiloAsync(node);
        }
        HashSet<string> named = [.. await ScalarAsync<string[]>("SELECT coalesce(array_agg(DISTINCT encode(image_sha256, 'hex')), '{}') FROM pgml.models WHERE image_sha256 IS NOT NULL")];
        return await LeastAsync(() => Task.FromResult(new Dictionary<string, long> { ["images"] = Nodes.SelectMany(ImageFiles).Count(file => !named.Contains(Path.GetFileNameWithoutExtension(file))) }));
    }

    private static async Task<IReadOnlyDictionary<string, long>> LeastAsync(Func<Task<Dictionary<string, long>>> count)
    {
        Dictionary<string, long> left = [];
        try
        {
            await Wait.UntilAsync("nothing is left behind", async () => (left = await count()).Values.All(number => number == 0), Limit);
        }
        catch (TimeoutException)
        {
            // The numbers say more.
        }
        return left;
    }

    private string[] ImageFiles(int node) => Directory.Exists(Images(node)) ? Directory.GetFiles(Images(node)) : [];

    private int Connections(int node) => File.ReadLines("/proc/net/unix").Count(line => line.EndsWith(" " + SiloSocket(node), StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[5] == "03");
}
