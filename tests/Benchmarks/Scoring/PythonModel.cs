using Graincast.Benchmarks.Servers;
using Npgsql;

namespace Graincast.Benchmarks.Scoring;

/// <summary>The baseline: the same number of trees by xgboost within PL/Python, the booster kept in GD.</summary>
internal sealed class PythonModel
{
    /// <summary>Many rows a call, real[][] to real[].</summary>
    public const string BatchFunction = "python_batch";

    private const int ProbeRows = 500;

    private PythonModel(string function, string description) => (Function, Description) = (function, description);

    /// <summary>The faster of the two ways to predict one row.</summary>
    public string Function { get; }

    public string Description { get; }

    /// <summary>Made once a server.</summary>
    public static async Task<PythonModel> CreateAsync(BenchmarkServer server)
    {
        await using var connection = await server.ConnectAsync();
        if (await connection.ScalarAsync("SELECT to_regclass('python_model')::text") is DBNull)
        {
            await CreateAsync(connection);
        }
        var ways = new Dictionary<string, TimeSpan>();
        foreach (var way in new[] { "inplace", "dmatrix" })
        {
            await connection.ScalarAsync($"SELECT python_{way}({BenchmarkServer.Array}) FROM t LIMIT 1");
            ways[way] = await connection.TimeAsync($"SELECT sum(python_{way}({BenchmarkServer.Array})) FROM (SELECT * FROM t LIMIT {ProbeRows}) AS s");
        }
        return new PythonModel(
            "python_" + ways.MinBy(way => way.Value).Key,
            $"PL/Python with the booster in GD and one thread: a row by inplace_predict {ways["inplace"].TotalMicroseconds / ProbeRows:F0} µs, by DMatrix {ways["dmatrix"].TotalMicroseconds / ProbeRows:F0} µs; the faster is compared.");
    }

    private static async Task CreateAsync(NpgsqlConnection connection)
    {
        const string load = """
            if 'booster' not in GD:
                    import numpy, xgboost
                    GD['numpy'], GD['xgboost'] = numpy, xgboost
                    booster = xgboost.Booster({'nthread': 1})
                    booster.load_model(bytearray(plpy.execute('SELECT model FROM python_model')[0]['model']))
                    GD['booster'] = booster
            """;
        var rows = $"SELECT {BenchmarkServer.Columns(", ")}, y FROM {BenchmarkServer.Sample}";
        await connection.RunAsync($$"""
            CREATE EXTENSION plpython3u;
            CREATE TABLE python_model (model bytea);
            CREATE FUNCTION python_train() RETURNS bytea LANGUAGE plpython3u AS $python$
                import numpy, xgboost
                rows = numpy.array([list(row.values()) for row in plpy.execute('{{rows}}')], dtype=numpy.float32)
                settings = {'objective': 'reg:squarederror', 'tree_method': 'hist', 'grow_policy': 'lossguide', 'max_leaves': {{BenchmarkServer.Leaves}},
                            'max_depth': 0, 'eta': 0.1, 'nthread': 1}
                booster = xgboost.train(settings, xgboost.DMatrix(rows[:, :-1], rows[:, -1]), {{BenchmarkServer.Trees}})
                return bytes(booster.save_raw('ubj'))
            $python$;
            CREATE FUNCTION python_inplace(features real[]) RETURNS real LANGUAGE plpython3u STABLE AS $python$
                {{load}}
                return GD['booster'].inplace_predict(GD['numpy'].array([features], dtype='float32'))[0]
            $python$;
            CREATE FUNCTION python_dmatrix(features real[]) RETURNS real LANGUAGE plpython3u STABLE AS $python$
                {{load}}
                return GD['booster'].predict(GD['xgboost'].DMatrix(GD['numpy'].array([features], dtype='float32'), nthread=1))[0]
            $python$;
            CREATE FUNCTION {{BatchFunction}}(features real[]) RETURNS real[] LANGUAGE plpython3u STABLE AS $python$
                {{load}}
                return GD['booster'].inplace_predict(GD['numpy'].array(features, dtype='float32')).tolist()
            $python$;
            INSERT INTO python_model SELECT python_train();
            """);
    }
}
