using Graincast.Benchmarks.Keys;
using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;
using Npgsql;

namespace Graincast.Benchmarks.Scaling;

/// <summary>What ten to two hundred times as much takes: rows, trees, features and clients, each with the rest fixed.</summary>
internal static class ScalingBenchmark
{
    private const int Rounds = 3;
    private static readonly int[] Clients = [1, 2, 5, 10, 20, 50, 100, 200];

    // Half decades.
    private static readonly int[] TenToThousand = [10, 32, 100, 316, 1000];

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var isWhole = session.Scale == Scale.Full;
        int[] rows = isWhole ? [100_000, 316_000, 1_000_000, 3_160_000, 10_000_000] : [1_000, 10_000];
        var sizes = isWhole ? TenToThousand : TenToThousand[..3];
        var server = await session.ServerAsync();
        await using var connection = await server.ConnectAsync();
        List<Question> questions = [];
        await AddAsync("rows", "rows × 10 features, 100 trees", await TablesAsync(connection, [.. rows.Select(count => new Size(count, count, BenchmarkServer.Features, BenchmarkServer.Trees))]));
        await AddAsync("trees", "trees × 31 leaves", await TablesAsync(connection, [.. sizes.Select(trees => new Size(trees, rows[0], BenchmarkServer.Features, trees))]));
        await AddAsync("features", "float4 features, 100 trees", await TablesAsync(connection, [.. sizes.Select(features => new Size(features, rows[0] / 5, features, BenchmarkServer.Trees))]));
        await AddAsync("clients", "clients of `SELECT pgml.predict(…) WHERE id = $1`", [await ClientsAsync(session)]);
        session.Report.Note("Slopes of least squares through the logarithms of sizes and medians: 1 is in proportion. Plots: "
            + "[rows](plots/rows.svg), [trees](plots/trees.svg), [features](plots/features.svg), [clients](plots/clients.svg).");
        return questions;

        async Task AddAsync(string name, string label, IReadOnlyList<Curve> curves)
        {
            var svg = LogLogPlot.Svg(label, curves);
            if (session.Report.IsKept)
            {
                await LogLogPlot.SaveAsync(name, svg);
            }
            questions.AddRange(curves.Select(curve => new Question(
                $"How does the {curve.Name} grow from {curve.Sizes[0]:#,0} to {curve.Sizes[^1]:#,0} {name}?", "log-log slope", ("Graincast", new Measurement(curve.Slope)), Target: Target.AtMost(1.1))));
        }
    }

    /// <summary>Times of training and of a scan with predictions, over tables that are dropped again.</summary>
    private static async Task<Curve[]> TablesAsync(NpgsqlConnection connection, Size[] sizes)
    {
        foreach (var (i, size) in sizes.Index())
        {
            await connection.RunAsync($"CREATE TABLE scaled_{i} AS SELECT {BenchmarkServer.Columns(", ", size.Features)}, y FROM ({BenchmarkServer.NewRows(size.Rows, size.Features)}) AS rows");
            await connection.RunAsync($"VACUUM ANALYZE scaled_{i}");
        }
        var (training, scan) = (Measurements(sizes.Length), Measurements(sizes.Length));
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (i, size) in sizes.Index())
            {
                training[i].Add((await connection.TimeAsync(
                    $"SELECT * FROM pgml.train('scaled_{i}', 'regression', 'scaled_{i}', 'y', 'lightgbm', '{BenchmarkServer.Settings(size.Trees)}', test_size => 0)")).TotalSeconds);
                scan[i].Add((await connection.TimeAsync($"SELECT sum(pgml.predict('scaled_{i}', ARRAY[{BenchmarkServer.Columns(", ", size.Features)}])) FROM scaled_{i}")).TotalSeconds);
            }
        }
        foreach (var i in Enumerable.Range(0, sizes.Length))
        {
            await connection.RunAsync($"DROP TABLE scaled_{i}");
            await connection.RunAsync($"SELECT pgml.drop_project('scaled_{i}')");
        }
        double[] values = [.. sizes.Select(size => (double)size.Value)];
        return [new Curve("time of a training", "s", values, training), new Curve("time of a scan with predictions", "s", values, scan)];
    }

    private static async Task<Curve> ClientsAsync(Session session)
    {
        var flights = await session.FlightsAsync();
        await using var predict = SqlKeys.Predict(flights);
        var comparison = await LoadComparison.StartAsync([predict], Clients.Max(), flights, session.Scale);
        List<Measurement> medians = [];
        foreach (var clients in Clients)
        {
            medians.Add((await comparison.RunAsync(clients))[0].P50Us);
        }
        return new Curve("median time of a prediction", "µs", [.. Clients.Select(count => (double)count)], [.. medians]);
    }

    private static Measurement[] Measurements(int count) => [.. Enumerable.Range(0, count).Select(_ => new Measurement())];

    /// <summary>A table and a model; the value is what varies.</summary>
    private sealed record Size(int Value, int Rows, int Features, int Trees);
}
