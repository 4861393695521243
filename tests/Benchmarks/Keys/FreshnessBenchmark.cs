using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Keys;

/// <summary>
/// Rows change a hundred times a second while predictions are asked for them. An answer is stale if it follows from features that were no longer
/// those of the committed row when it was asked for.
/// </summary>
internal static class FreshnessBenchmark
{
    private const int ChangingRows = 100;
    private const int Answers = 500;
    private const int WarmupAnswers = 300;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    // y has the term sin(6 f3): the two are almost 2 apart, and models err by about 0.03.
    private static readonly float[] Levels = [0.26f, 0.78f];

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var flights = await session.FlightsAsync();
        await using var predict = SqlKeys.Predict(flights);
        var service = await session.ServiceAsync();
        await using var rows = await ChangingRowsAsync(await session.ServerAsync());
        Func<int, Task<float>>[] callers = [predict.NewCaller(), service.NewCaller()];
        await CountStaleAsync(callers, rows, WarmupAnswers);
        var stale = callers.Select(_ => new Measurement()).ToArray();
        for (var round = 0; round < session.Scale.Rounds; round++)
        {
            foreach (var (i, count) in (await CountStaleAsync(callers, rows, Answers)).Index())
            {
                stale[i].Add(count);
            }
        }
        session.Report.Note($"{ChangingRows} rows are asked for at random while they are updated in turn, {1 / Interval.TotalSeconds} a second. The service's job copies what changed each second.");
        return [new($"How many of {Answers} answers are from features older than the committed row?", "answers", (predict.Name, stale[0]), (service.Name, stale[1]), Target.AtMost(0))];
    }

    private static async Task<int[]> CountStaleAsync(Func<int, Task<float>>[] callers, RowUpdates rows, int answers)
    {
        var random = new Random(0);
        var stale = new int[callers.Length];
        using var timer = new PeriodicTimer(Interval);
        for (var asked = 0; asked < answers; asked++)
        {
            await timer.WaitForNextTickAsync();
            var row = random.Next(ChangingRows);
            for (var i = 0; i < callers.Length; i++)
            {
                stale[i] += await rows.IsStaleAsync(row, callers[i]) ? 1 : 0;
            }
        }
        return stale;
    }

    private static async Task<RowUpdates> ChangingRowsAsync(BenchmarkServer server)
    {
        var connection = await server.ConnectAsync();
        var middles = (float[])(await connection.ScalarAsync($"""
            SELECT array_agg(((pgml.predict('{Flights.Project}', {With(Levels[0])}) + pgml.predict('{Flights.Project}', {With(Levels[1])})) / 2)::real ORDER BY id)
            FROM {Flights.Name} WHERE id <= {ChangingRows}
            """))!;
        return new RowUpdates(connection, Levels, middles, Interval);
    }

    private static string With(float f3) => BenchmarkServer.Array.Replace("f3", $"{f3}::real", StringComparison.Ordinal);
}
