using Graincast.Benchmarks;

var server = await BenchmarkServer.StartAsync();
var report = new Report(await Machine.DescribeAsync(server));
Console.WriteLine(report.Heading);
var python = await PythonModel.TryCreateAsync(server, report);
report.Add(await ScanBenchmark.RunAsync(server));
if (python is not null)
{
    report.Add(await RowByRowBenchmark.RunAsync(server, python));
}
report.Add(await FirstPredictionBenchmark.RunAsync(server, python));
report.Add(await TrainingBenchmark.RunAsync(server));
await server.DisposeAsync();
if (await BenchmarkCluster.TryStartAsync(report) is { } cluster)
{
    report.Add(await NodesBenchmark.RunAsync(cluster));
    await cluster.DisposeAsync();
}
report.Save();
