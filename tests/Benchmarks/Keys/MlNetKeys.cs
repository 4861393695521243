using Graincast.Benchmarks.Servers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;
using Npgsql;

namespace Graincast.Benchmarks.Keys;

/// <summary>A baseline: the row by Npgsql, the same trees by ML.NET in the caller's process, where nobody else uses the model.</summary>
internal sealed class MlNetKeys : IKeyService
{
    private readonly MLContext _ml = new(seed: 0);
    private readonly ITransformer _model;
    private readonly NpgsqlDataSource _source;

    private MlNetKeys(Flights flights, float[][] rows)
    {
        // One connection a caller, so that nobody waits for one, each with the statement prepared.
        _source = NpgsqlDataSource.Create(flights.Connection);
        var data = _ml.Data.LoadFromEnumerable(rows.Select(row => new Row { Features = row[..BenchmarkServer.Features], Label = row[^1] }));
        _model = _ml.Regression.Trainers.LightGbm(new LightGbmRegressionTrainer.Options
        {
            NumberOfIterations = Flights.Trees,
            NumberOfLeaves = BenchmarkServer.Leaves,
            LearningRate = Flights.LearningRate,
            MinimumExampleCountPerLeaf = 20,
        }).Fit(data);
    }

    public string Name => "Npgsql + ML.NET";

    public static MlNetKeys Train(Flights flights, float[][] rows) => new(flights, rows);

    public Func<int, Task<float>> NewCaller()
    {
        // An engine serves one call at a time.
        var engine = _ml.Model.CreatePredictionEngine<Row, Score>(_model);
        NpgsqlCommand? command = null;
        return async key =>
        {
            command ??= await PrepareAsync();
            command.Parameters[0].Value = key;
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            var row = new Row();
            for (var i = 0; i < BenchmarkServer.Features; i++)
            {
                row.Features[i] = reader.GetFloat(i);
            }
            return engine.Predict(row).Value;
        };
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<NpgsqlCommand> PrepareAsync()
    {
        var connection = await _source.OpenConnectionAsync();
        var command = new NpgsqlCommand($"SELECT {BenchmarkServer.Columns(", ")} FROM {Flights.Name} WHERE id = $1", connection) { Parameters = { new() { Value = 0 } } };
        await command.PrepareAsync();
        return command;
    }

    private sealed class Row
    {
        [VectorType(BenchmarkServer.Features)]
        public float[] Features { get; set; } = new float[BenchmarkServer.Features];

        public float Label { get; set; }
    }

    private sealed class Score
    {
        [ColumnName("Score")]
        public float Value { get; set; }
    }
}
