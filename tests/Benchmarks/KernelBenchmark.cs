using System.Diagnostics;
using Graincast.Scoring;
using Graincast.Training;

namespace Graincast.Benchmarks;

/// <summary>What scoring alone costs, without SQL: the same trees by the kernel and by LightGBM, which grew them.</summary>
internal static class KernelBenchmark
{
    private const int Rounds = 15;
    private const int Rows = 100_000;
    private const int Seed = 42;

    public static async Task<Question[]> RunAsync()
    {
        var (rows, targets) = Table();
        using var lightGbm = new LightGbmTrees(rows, targets, BenchmarkServer.Trees, BenchmarkServer.Leaves);
        using var kernel = ScoringModel.Open(Image(lightGbm));
        var (fresh, _) = Table(Seed + 1);
        var answers = new float[Rows];
        var scores = new double[Rows];
        ThrowIfDifferent(kernel, lightGbm, fresh);
        var row = await Measurement.InterleaveAsync(Rounds, () => PerRowAsync(EachByKernel), () => PerRowAsync(EachByLightGbm));
        var batch = await Measurement.InterleaveAsync(Rounds, () => PerRowAsync(() => kernel.PredictBatch(fresh, answers)), () => PerRowAsync(() => lightGbm.PredictBatch(fresh, scores)));
        return
        [
            new("What does the kernel need for one row?", "µs", ("kernel", row[0]), ("LightGBM, single row fast", row[1])),
            new("And for a row of many?", "µs a row", ("kernel, batch", batch[0]), ("LightGBM, matrix, one thread", batch[1])),
        ];

        void EachByKernel()
        {
            for (var i = 0; i < Rows; i++)
            {
                answers[i] = kernel.Predict(Row(fresh, i));
            }
        }

        void EachByLightGbm()
        {
            for (var i = 0; i < Rows; i++)
            {
                scores[i] = lightGbm.Predict(Row(fresh, i));
            }
        }
    }

    private static Task<double> PerRowAsync(Action scoreAll)
    {
        var start = Stopwatch.GetTimestamp();
        scoreAll();
        return Task.FromResult(Stopwatch.GetElapsedTime(start).TotalMicroseconds / Rows);
    }

    private static Span<float> Row(float[] rows, int row) => rows.AsSpan(row * BenchmarkServer.Features, BenchmarkServer.Features);

    /// <summary>As BenchmarkServer's.</summary>
    private static (float[] Rows, float[] Targets) Table(int seed = Seed)
    {
        var random = new Random(seed);
        float[] rows = [.. Enumerable.Range(0, Rows * BenchmarkServer.Features).Select(_ => random.NextSingle())];
        return (rows, [.. Enumerable.Range(0, Rows).Select(i => Target(Row(rows, i), random))]);
    }

    private static float Target(ReadOnlySpan<float> f, Random random) =>
        (f[0] * f[1]) + MathF.Sin(6 * f[2]) + MathF.Pow(f[3] - 0.5f, 2) + (0.3f * f[4]) + (0.1f * random.NextSingle());

    private static byte[] Image(LightGbmTrees lightGbm) => ImageWriter.Write(new ModelImage(
        ModelTask.Regression, [ImageColumn.Number("features", BenchmarkServer.Features)], LightGbmModelText.Read(lightGbm.Text(), [0]).Learner, Link.Identity, 1, [], "{}"));

    private static void ThrowIfDifferent(ScoringModel kernel, LightGbmTrees lightGbm, float[] rows)
    {
        for (var i = 0; i < Rows; i++)
        {
            if (kernel.Predict(Row(rows, i)) != (float)lightGbm.Predict(Row(rows, i)))
            {
                throw new InvalidOperationException($"Row {i} has two answers: the benchmark does not compare the same trees.");
            }
        }
    }
}
