using System.CommandLine;
using Graincast.Benchmarks;
using Graincast.Benchmarks.Keys;
using Graincast.Benchmarks.Recipes;
using Graincast.Benchmarks.Scaling;
using Graincast.Benchmarks.Scoring;
using Graincast.Benchmarks.Training;

Benchmark[] all =
[
    new("kernel", "Scoring without SQL", KernelBenchmark.RunAsync),
    new("scan", "Predictions in a scan of a table", ScanBenchmark.RunAsync),
    new("first", "The first prediction of a connection", FirstPredictionBenchmark.RunAsync),
    new("training", "From a table to a model", TrainingBenchmark.RunAsync),
    new("row", "One row by its key, in SQL", RowBenchmark.RunAsync),
    new("keys", "One row by its key, by the client", KeyBenchmark.RunAsync, IsShort: false),
    new("setup", "From a table in Postgres to a first prediction", SetupBenchmark.RunAsync),
    // After those whose baselines learn from the rows that it changes.
    new("freshness", "Rows that change", FreshnessBenchmark.RunAsync),
    new("nodes", "Training over several nodes", NodesBenchmark.RunAsync, IsShort: false),
    new("scaling", "Ten to a thousand times as much", ScalingBenchmark.RunAsync, IsShort: false),
];
var names = new Argument<string[]>("names") { Description = $"Which to run. Without names: all with --full, else those that a few minutes allow.", Arity = ArgumentArity.ZeroOrMore };
names.AcceptOnlyFromAmong([.. all.Select(benchmark => benchmark.Name)]);
var full = new Option<bool>("--full") { Description = "All sizes and rounds: about an hour." };
var trial = new Option<bool>("--try") { Description = "Smallest sizes, to see that all works: the numbers mean nothing and are not kept." };
var root = new RootCommand("Asks what Graincast costs beside what it replaces, and merges the answers into RESULTS.md.") { names, full, trial };
root.SetAction(parsed =>
{
    var scale = parsed.GetValue(trial) ? Scale.Trial : parsed.GetValue(full) ? Scale.Full : Scale.Short;
    var named = parsed.GetValue(names) ?? [];
    return Benchmark.RunAllAsync([.. all.Where(benchmark => named.Length > 0 ? named.Contains(benchmark.Name) : benchmark.IsShort || scale != Scale.Short)], scale, named);
});
return await root.Parse(args).InvokeAsync();
