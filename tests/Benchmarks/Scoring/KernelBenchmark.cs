using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;
using Graincast.Scoring;
using Graincast.Training;

namespace Graincast.Benchmarks.Scoring;

/// <summary>What scoring alone costs, without SQL: the same trees by the kernel, by LightGBM, which grew them, and by ONNX Runtime.</summary>
internal static class KernelBenchmark
{
    private const int Seed = 42;
    private const int RoundsOfScale = 4;
    private const double OnnxTolerance = 1e-4;

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var count = session.Scale.SampleRows / 2;
        var rounds = session.Scale.Rounds * RoundsOfScale;
        var (rows, targets) = Table(count, Seed);
        using var lightGbm = new LightGbmTrees(rows, targets, BenchmarkServer.Trees, BenchmarkServer.Leaves);
        var learner = LightGbmModelText.Read(lightGbm.Text(), [0]).Learner;
        using var kernel = ScoringModel.Open(Image(learner));
        using var onnx = new OnnxTrees(learner, BenchmarkServer.Features);
        var (fresh, _) = Table(count, Seed + 1);
        var answers = new float[count];
        var scores = new double[count];
        ThrowIfDifferent();
        var row = await Measurement.InterleaveAsync(rounds, () => PerRowAsync(() => Each(i => answers[i] = kernel.Predict(Row(fresh, i)))), () => PerRowAsync(() => Each(i => scores[i] = lightGbm.Predict(Row(fresh, i)))));
        var batch = await Measurement.InterleaveAsync(
            rounds,
            () => PerRowAsync(() => kernel.PredictBatch(fresh, answers)),
            () => PerRowAsync(() => lightGbm.PredictBatch(fresh, scores)),
            () => PerRowAsync(() => onnx.PredictBatch(fresh)));
        var (lightGbmTarget, onnxTarget) = Avx512BW.IsSupported ? (8, 4) : (2.5, 1.5);
        session.Report.Note($"{BenchmarkServer.Trees} trees × {BenchmarkServer.Leaves} leaves, {count:#,0} rows × {BenchmarkServer.Features} features, one thread each; {(Avx512BW.IsSupported ? "with" : "without")} AVX-512. The same trees: all answers were compared.");
        return
        [
            new("What does the kernel need for one row?", "µs", ("kernel", row[0]), ("LightGBM, single row fast", row[1]), Target.TimesLess(3.5)),
            new("And for a row of many?", "µs a row", ("kernel, batch", batch[0]), ("LightGBM, matrix", batch[1]), Target.TimesLess(lightGbmTarget)),
            new("And for a row of many?", "µs a row", ("kernel, batch", batch[0]), ("ONNX Runtime, TreeEnsembleRegressor", batch[2]), Target.TimesLess(onnxTarget)),
        ];

        void Each(Action<int> score)
        {
            for (var i = 0; i < count; i++)
            {
                score(i);
            }
        }

        Task<double> PerRowAsync(Action scoreAll)
        {
            var start = Stopwatch.GetTimestamp();
            scoreAll();
            return Task.FromResult(Stopwatch.GetElapsedTime(start).TotalMicroseconds / count);
        }

        void ThrowIfDifferent()
        {
            var onnxAnswers = onnx.PredictBatch(fresh);
            for (var i = 0; i < count; i++)
            {
                var answer = kernel.Predict(Row(fresh, i));
                if (answer != (float)lightGbm.Predict(Row(fresh, i)) || !(Math.Abs(answer - onnxAnswers[i]) < OnnxTolerance))
                {
                    throw new InvalidOperationException($"Row {i} has several answers: the benchmark does not compare the same trees.");
                }
            }
        }
    }

    private static Span<float> Row(float[] rows, int row) => rows.AsSpan(row * BenchmarkServer.Features, BenchmarkServer.Features);

    /// <summary>As BenchmarkServer's.</summary>
    private static (float[] Rows, float[] Targets) Table(int count, int seed)
    {
        var random = new Random(seed);
        float[] rows = [.. Enumerable.Range(0, count * BenchmarkServer.Features).Select(_ => random.NextSingle())];
        return (rows, [.. Enumerable.Range(0, count).Select(i => Target(Row(rows, i), random))]);

        static float Target(ReadOnlySpan<float> f, Random random) =>
            (f[0] * f[1]) + MathF.Sin(6 * f[2]) + MathF.Pow(f[3] - 0.5f, 2) + (0.3f * f[4]) + (0.1f * random.NextSingle());
    }

    private static byte[] Image(TreeLearner learner) => ImageWriter.Write(new ModelImage(
        ModelTask.Regression, [ImageColumn.Number("features", BenchmarkServer.Features)], learner, Link.Identity, 1, [], "{}"));
}
