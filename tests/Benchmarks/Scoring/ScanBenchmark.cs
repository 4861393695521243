using System.Diagnostics;
using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;
using Graincast.Scoring;

namespace Graincast.Benchmarks.Scoring;

/// <summary>Predictions for all rows of a table: beside the kernel and the scan that they consist of, and beside PL/Python.</summary>
internal static class ScanBenchmark
{
    private const int BatchesOfSample = 10;

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var server = await session.ServerAsync();
        await using var connection = await server.ConnectAsync();
        var python = await PythonModel.CreateAsync(server);
        var kernelRows = session.Scale.SampleRows;
        using var kernel = ScoringModel.Open((byte[])(await connection.ScalarAsync($"SELECT pgml.export_model(pgml.deployed_model('{BenchmarkServer.Project}'))"))!);
        var random = new Random(0);
        float[] rows = [.. Enumerable.Range(0, kernelRows * BenchmarkServer.Features).Select(_ => random.NextSingle())];

        var predict = $"SELECT sum(pgml.predict('{BenchmarkServer.Project}', {BenchmarkServer.Array})) FROM t";
        var sum = $"SELECT sum({BenchmarkServer.Columns(" + ")}) FROM t";
        var byRow = $"SELECT sum({python.Function}({BenchmarkServer.Array})) FROM (SELECT * FROM t LIMIT {kernelRows / BatchesOfSample / 2}) AS s";
        var byThousand = $"""
            SELECT sum(prediction) FROM (SELECT unnest({PythonModel.BatchFunction}(array_agg({BenchmarkServer.Array}))) AS prediction
                FROM (SELECT (row_number() OVER () - 1) / 1000 AS batch, * FROM {BenchmarkServer.Sample}) AS numbered GROUP BY batch) AS predictions
            """;
        foreach (var sql in new[] { predict, sum, byRow, byThousand })
        {
            await connection.ScalarAsync(sql);
        }
        var measured = await Measurement.InterleaveAsync(
            session.Scale.Rounds * 2,
            () => PerRowAsync(predict, server.Rows),
            async () => await PerRowAsync(sum, server.Rows) + KernelPerRow(),
            () => PerRowAsync(byRow, kernelRows / BatchesOfSample / 2),
            () => PerRowAsync(byThousand, kernelRows));
        const string ours = "`sum(pgml.predict(…))`";
        session.Report.Note($"A table of {server.Rows:#,0} rows × {BenchmarkServer.Features} float4 features, {BenchmarkServer.Trees} trees × {BenchmarkServer.Leaves} leaves; one process, no parallel query, no JIT. {python.Description}");
        return
        [
            new("What does a prediction cost in a scan of all rows?", "µs a row", (ours, measured[0]), ("the kernel, row by row, + `sum(f1 + … + f10)`", measured[1]), Target.AtMost(1.5)),
            new("And against PL/Python + xgboost row by row?", "µs a row", (ours, measured[0]), ($"`sum({python.Function}(…))`", measured[2]), Target.TimesLess(100)),
            new("And 1000 rows a call?", "µs a row", (ours, measured[0]), ($"`{PythonModel.BatchFunction}(array_agg(…))`", measured[3]), Target.TimesLess(3)),
        ];

        async Task<double> PerRowAsync(string sql, int count) => (await connection.TimeAsync(sql)).TotalMicroseconds / count;

        double KernelPerRow()
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < kernelRows; i++)
            {
                kernel.Predict(rows.AsSpan(i * BenchmarkServer.Features, BenchmarkServer.Features));
            }
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds / kernelRows;
        }
    }
}
