using Graincast.Gateway;
using Graincast.Wire;

namespace Graincast.Training;

/// <summary>What a backend sends to train y = 2x + 1 on rows of its own.</summary>
public static class TrainingCalls
{
    public const uint Call = 1;
    public const uint FeedStream = 2;

    public static void Begin(this TestBackend backend, ulong run, string algorithm = "linear", string hyperparams = "{}", string project = "line", string sampling = "random") => backend.Send(
        new BeginRun(new TrainingSpec
        {
            Run = run,
            Database = "",
            Role = "alice",
            Project = project,
            Task = "regression",
            Algorithm = algorithm,
            Hyperparams = hyperparams,
            Sampling = sampling,
            TestSize = 0.25f,
            Columns = [new ColumnSpec("x", ColumnType.Float64, false, false), new ColumnSpec("y", ColumnType.Float64, false, true)],
        }),
        Call);

    public static void Feed(this TestBackend backend, ulong run, IEnumerable<double> numbers, uint stream = FeedStream)
    {
        backend.Send(new BeginFeed(run), stream);
        var block = new List<byte>();
        long rows = 0;
        foreach (double x in numbers)
        {
            block.AddRange([0, .. BitConverter.GetBytes(x), .. BitConverter.GetBytes((2 * x) + 1)]);
            rows++;
        }

        backend.Send(new Rows((uint)rows, [.. block]), stream);
        backend.Send(new EndFeed(rows), stream);
    }

    /// <summary>A training under way that takes longer than a test does.</summary>
    public static void FitForLong(this TestBackend backend, ulong run)
    {
        backend.Begin(run, "lightgbm", """{"n_estimators": 10000, "num_leaves": 1000, "min_data_in_leaf": 1}""");
        backend.ReceiveLast<RunBegun>();
        backend.Feed(run, Enumerable.Range(0, 200_000).Select(i => Math.Sin(i)));
        backend.Receive<Acknowledged>();
        backend.Send(new Fit(run, 200_000), Call);
        backend.Receive<Progress>();
    }

    public static IEnumerable<double> Numbers(int count) => Enumerable.Range(0, count).Select(i => (double)((i * 7919) % 1000));
}
