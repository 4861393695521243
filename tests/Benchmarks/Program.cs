using Graincast.Benchmarks;

// What took long before need not be measured again: `Graincast.Benchmarks keys` or `… scoring` asks about these alone and keeps RESULTS.md as it is.
var all = args.Length == 0;
var server = await BenchmarkServer.StartAsync();
var report = new Report(await Machine.DescribeAsync(server));
Console.WriteLine(report.Heading);
if (all || args is ["scoring"])
{
    report.Add(await KernelBenchmark.RunAsync());
    report.Add(await ScanBenchmark.RunAsync(server));
}
if (all)
{
    var python = await PythonModel.TryCreateAsync(server, report);
    if (python is not null)
    {
        report.Add(await RowByRowBenchmark.RunAsync(server, python));
    }
    report.Add(await FirstPredictionBenchmark.RunAsync(server, python));
    report.Add(await TrainingBenchmark.RunAsync(server));
}
if (all || args is ["keys"])
{
    var keyed = await KeyedTable.CreateAsync(server);
    report.Add(await KeyBenchmark.RunAsync(keyed, report));
    report.Add(await KeySqlBenchmark.RunAsync(server));
}
await server.DisposeAsync();
if (all && await BenchmarkCluster.TryStartAsync(report) is { } cluster)
{
    report.Add(await NodesBenchmark.RunAsync(cluster));
    await cluster.DisposeAsync();
}
report.End(save: all);
