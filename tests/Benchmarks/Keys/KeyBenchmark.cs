using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Keys;

/// <summary>A program that has a key and no connection to Postgres: by the client SDK, by reading and scoring itself, from a feature store's service; and a session that asks the silo.</summary>
internal static class KeyBenchmark
{
    private static readonly int[] Callers = [1, 8, 64];

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var flights = await session.FlightsAsync();
        await using var graincast = await GraincastKeys.StartAsync(flights);
        await using var mlNet = MlNetKeys.Train(flights, await flights.ReadAsync());
        var comparison = await LoadComparison.StartAsync([graincast, mlNet, await session.ServiceAsync()], Callers.Max(), flights, session.Scale);
        List<Question> questions = [];
        foreach (var count in Callers)
        {
            var loads = await comparison.RunAsync(count);
            var by = count == 1 ? "1 caller" : $"{count} callers";
            foreach (var theirs in loads[1..])
            {
                questions.Add(new($"What does a prediction by key take, {by} (median)?", "µs", (loads[0].Name, loads[0].P50Us), (theirs.Name, theirs.P50Us)));
                questions.Add(new($"And the slowest of a hundred, {by}?", "µs", (loads[0].Name, loads[0].P99Us), (theirs.Name, theirs.P99Us)));
                questions.Add(new($"How many are answered, {by}?", "calls/s", (loads[0].Name, loads[0].CallsPerSecond), (theirs.Name, theirs.CallsPerSecond)));
            }
        }

        await using var byKey = new SqlKeys(flights, "`SELECT pgml.predict_by_key(…)`", $"SELECT pgml.predict_by_key('{Flights.Project}', $1)");
        await using var predict = SqlKeys.Predict(flights);
        var inSql = await (await LoadComparison.StartAsync([byKey, predict], 1, flights, session.Scale)).RunAsync(1);
        questions.Add(new("And in SQL, one statement after the other?", "µs", (inSql[0].Name, inSql[0].P50Us), (inSql[1].Name, inSql[1].P50Us)));
        return questions;
    }
}
