namespace Graincast.Benchmarks;

/// <summary>A program that has a key and wants the prediction: by the client SDK, by reading and scoring itself, from a feature store's service.</summary>
public static class KeyBenchmark
{
    private const int Rounds = 5;
    private const int KeyCount = 100_000;
    private const int ComparedKeys = 200;
    private const double Tolerance = 0.2;
    private static readonly int[] Callers = [1, 8, 64];

    // A silo under load is compiled to its end in about as long.
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    public static async Task<IReadOnlyList<Question>> RunAsync(KeyedTable table, Report report)
    {
        var rows = await table.ReadAsync();
        await using var graincast = await GraincastKeys.StartAsync(table);
        await using var mlNet = MlNetKeys.Train(table, rows);
        await using var flask = await FlaskKeys.TryStartAsync(rows, report);
        IKeyService[] services = flask is null ? [graincast, mlNet] : [graincast, mlNet, flask];
        var keys = KeyedTable.Keys(KeyCount);
        var callers = services.Select(service => Enumerable.Range(0, Callers.Max()).Select(_ => service.NewCaller()).ToArray()).ToArray();
        foreach (var asked in callers)
        {
            await MustAgreeAsync(callers[0][0], asked[0], keys[..ComparedKeys]);
            await Load.RunAsync(asked, keys, Warmup);
        }

        List<Question> questions = [];
        foreach (var count in Callers)
        {
            var loads = services.Select(_ => (P50: new Measurement(), P99: new Measurement(), PerSecond: new Measurement())).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < services.Length; i++)
                {
                    var load = await Load.RunAsync(callers[i][..count], keys, Duration);
                    loads[i].P50.Add(load.P50Us);
                    loads[i].P99.Add(load.P99Us);
                    loads[i].PerSecond.Add(load.CallsPerSecond);
                }
            }
            for (var i = 1; i < services.Length; i++)
            {
                questions.Add(new($"What does a prediction by key take, {By(count)} (median)?", "µs", (services[0].Name, loads[0].P50), (services[i].Name, loads[i].P50)));
                questions.Add(new($"And the slowest of a hundred, {By(count)}?", "µs", (services[0].Name, loads[0].P99), (services[i].Name, loads[i].P99)));
                questions.Add(new($"How many are answered, {By(count)}?", "calls/s", (services[0].Name, loads[0].PerSecond), (services[i].Name, loads[i].PerSecond)));
            }
        }
        return questions;
    }

    private static string By(int callers) => callers == 1 ? "1 caller" : $"{callers} callers";

    // The models are different programs' from the same rows: what answers far from another has read another row.
    private static async Task MustAgreeAsync(Func<int, Task<float>> ours, Func<int, Task<float>> theirs, int[] keys)
    {
        foreach (var key in keys)
        {
            var (expected, actual) = (await ours(key), await theirs(key));
            if (Math.Abs(expected - actual) > Tolerance)
            {
                throw new InvalidOperationException($"For key {key} Graincast answers {expected}, the baseline {actual}.");
            }
        }
    }
}
