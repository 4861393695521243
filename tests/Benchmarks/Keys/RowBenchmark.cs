using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;

namespace Graincast.Benchmarks.Keys;

/// <summary>A program that has a key and a connection to Postgres: what a prediction takes, beside a service with a feature store and beside the row's own columns.</summary>
internal static class RowBenchmark
{
    // A connection's first prediction is among the calls.
    private const int DurationsOfScale = 2;

    private static readonly (int Clients, double TargetToService)[] Sizes = [(1, 25), (5, 25), (20, 25), (100, 15)];

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var flights = await session.FlightsAsync();
        var service = await session.ServiceAsync();
        var folder = (await session.ServerAsync()).Directory;
        await using var predict = SqlKeys.Predict(flights);
        await using var column = new SqlKeys(flights, "`SELECT y FROM flights WHERE id = $1`", $"SELECT y FROM {Flights.Name} WHERE id = $1");
        // That they answer alike.
        await LoadComparison.StartAsync([predict, service], 1, flights, session.Scale);
        LoadTool[] tools = [LoadTool.Pgbench(predict, flights, folder), LoadTool.Wrk(service, flights, folder), LoadTool.Pgbench(column, flights, folder)];
        session.Report.Note($"{Flights.Trees} trees × {BenchmarkServer.Leaves} leaves, {flights.Rows:#,0} rows. Clients on this machine too, and over TCP: pgbench with prepared statements, wrk with connections that stay "
            + "open. The [service](Recipes/service): gunicorn with 5 workers × 2 threads, Redis over a Unix socket, xgboost's `inplace_predict`.");
        List<Question> questions = [];
        foreach (var (clients, target) in Sizes)
        {
            var rates = await Measurement.InterleaveAsync(session.Scale.Rounds, [.. tools.Select(tool => (Func<Task<double>>)(() => tool.RunAsync(clients, session.Scale.LoadDuration * DurationsOfScale)))]);
            var by = clients == 1 ? "1 client" : $"{clients} clients";
            questions.Add(new($"How many predictions for a key are there, {by}?", "calls/s", (tools[0].Name, rates[0]), (tools[1].Name, rates[1]), Target.AtLeast(target)));
            questions.Add(new($"What do they cost beside reading a column, {by}?", "calls/s", (tools[0].Name, rates[0]), (tools[2].Name, rates[2]), Target.AtLeast(0.9)));
        }
        return questions;
    }
}
