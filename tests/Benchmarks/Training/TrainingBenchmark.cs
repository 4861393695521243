using Graincast.Benchmarks.Reporting;
using Graincast.Benchmarks.Servers;
using Npgsql;

namespace Graincast.Benchmarks.Training;

/// <summary>From a table in Postgres to a model: time, peak memory and quality, beside a process of Python that reads the same rows.</summary>
internal static class TrainingBenchmark
{
    private const string Relation = "training_rows";
    private const string HeldOut = "held_out";
    private const string ByXgboost = "COPY + xgboost `hist`";
    private const string ByScikit = "COPY + scikit-learn";

    public static async Task<IEnumerable<Question>> RunAsync(Session session)
    {
        var server = await session.ServerAsync();
        var rows = session.Scale.TrainingRows;
        await using var connection = await server.ConnectAsync();
        await connection.RunAsync($"""
            CREATE VIEW {Relation} AS SELECT * FROM t LIMIT {rows};
            CREATE TABLE {HeldOut} AS SELECT {BenchmarkServer.Columns(", ")}, y FROM ({BenchmarkServer.NewRows(session.Scale.SampleRows)}) AS rows;
            """);
        session.Report.Note($"{rows:#,0} rows × {BenchmarkServer.Features} float4 features, all of them learnt from; trees: {BenchmarkServer.Trees} × {BenchmarkServer.Leaves} leaves, the same learning rate, bins and least leaf. Python's time is from connecting to the model, "
            + "without the interpreter's start and imports; the rows by COPY in binary. Memory: resident peaks, of the silo over what it had before plus its worker; of the whole process of Python. r2 on other rows.");
        List<Question> questions = [];
        foreach (var threads in new[] { 1, 2 }.Where(threads => threads <= Environment.ProcessorCount))
        {
            questions.AddRange(await CompareAsync(
                $"LightGBM on {rows:#,0} rows, {(threads == 1 ? "1 thread" : $"{threads} threads")}", "lightgbm", BenchmarkServer.Settings(BenchmarkServer.Trees, threads), ByXgboost,
                Target.AtMost(0.8), "trees", $"{BenchmarkServer.Trees}", $"{BenchmarkServer.Leaves}", $"{threads}"));
        }
        questions.AddRange(await CompareAsync($"`linear` on {rows:#,0} rows", "linear", "{}", ByScikit, Target.AtMost(0.5), "linear"));
        return questions;

        async Task<IEnumerable<Question>> CompareAsync(string subject, string algorithm, string settings, string baseline, Target time, params string[] method)
        {
            var train = $"SELECT * FROM pgml.train('{algorithm}', 'regression', '{Relation}', 'y', '{algorithm}', '{settings}', test_size => 0, automatic_deploy => true)";
            var (database, pid) = (await server.LibpqAsync(), server.SiloPid);
            await connection.ScalarAsync(train);
            List<PythonFit> python = [];
            var seconds = await Measurement.InterleaveAsync(session.Scale.Rounds, async () => (await connection.TimeAsync(train)).TotalSeconds, async () =>
            {
                python.Add(await PythonFit.RunAsync(database, Relation, HeldOut, method));
                return python[^1].Seconds;
            });
            var memory = await Measurement.InterleaveAsync(session.Scale.Rounds, () => SiloMemory.PeakIncreaseMbAsync(pid, () => connection.ScalarAsync(train)));
            return
            [
                new($"How long does a training take, reading included: {subject}?", "s", ("`pgml.train`", seconds[0]), (baseline, seconds[1]), time),
                new($"How much memory beside Postgres: {subject}?", "MB", ("silo and worker", memory[0]), (baseline, new Measurement(python.Select(fit => fit.PeakMb))), Target.AtMost(0.5)),
                new($"How good is it: {subject}?", "r2", ("`pgml.train`", new Measurement(await R2Async(connection, algorithm))), (baseline, new Measurement(python.Select(fit => fit.R2))), Target.AtLeast(0.999)),
            ];
        }
    }

    private static async Task<double> R2Async(NpgsqlConnection connection, string project) => (double)(await connection.ScalarAsync($"""
        SELECT 1 - sum((y - prediction) ^ 2) / (var_pop(y::float8) * count(*))
        FROM (SELECT y, pgml.predict('{project}', {BenchmarkServer.Array}) AS prediction FROM {HeldOut}) AS predictions
        """))!;
}
