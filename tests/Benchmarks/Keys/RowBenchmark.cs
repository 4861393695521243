using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Keys;

/// <summary>A program that has a key and a connection to Postgres: what a prediction takes, beside a service with a feature store and beside the row's own columns.</summary>
internal static class RowBenchmark
{
    private static readonly (int Connections, double TargetToService)[] Sizes = [(1, 25), (5, 25), (20, 25), (100, 15)];

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var flights = await session.FlightsAsync();
        var service = await session.ServiceAsync();
        await using var predict = SqlKeys.Predict(flights);
        await using var column = new SqlKeys(flights, "`SELECT y FROM flights WHERE id = $1`", $"SELECT y FROM {Flights.Name} WHERE id = $1");
        var comparison = await LoadComparison.StartAsync([predict, service, column], Sizes.Max(size => size.Connections), flights, session.Scale);
        session.Report.Note($"{Flights.Trees} trees × {BenchmarkServer.Leaves} leaves, {flights.Rows:#,0} rows. Clients on this machine too: Npgsql with prepared statements over TCP, HttpClient with connections that stay open. The "
            + "[service](Recipes/service): gunicorn with 5 workers × 2 threads, Redis over a Unix socket, xgboost's `inplace_predict`.");
        List<Question> questions = [];
        foreach (var (connections, target) in Sizes)
        {
            if (await comparison.RunAsync(connections) is not [var ours, var theirs, var plain])
            {
                throw new InvalidOperationException("Three services were compared.");
            }
            var by = connections == 1 ? "1 connection" : $"{connections} connections";
            questions.Add(new($"How many predictions for a key are there, {by}?", "calls/s", (ours.Name, ours.CallsPerSecond), (theirs.Name, theirs.CallsPerSecond), Target.AtLeast(target)));
            questions.Add(new($"How long does one take, {by} (median)?", "µs", (ours.Name, ours.P50Us), (theirs.Name, theirs.P50Us)));
            questions.Add(new($"What do they cost beside reading a column, {by}?", "calls/s", (ours.Name, ours.CallsPerSecond), (plain.Name, plain.CallsPerSecond), Target.AtLeast(0.9)));
        }
        return questions;
    }
}
