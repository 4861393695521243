using Npgsql;

namespace Graincast.Benchmarks;

/// <summary>The baseline: the same trees by xgboost within PL/Python, the booster kept in GD, one row a call.</summary>
public sealed class PythonModel
{
    public const string Missing = "PL/Python + xgboost was not compared: apt-get install --no-install-recommends postgresql-plpython3-15 python3-xgboost";
    private const int ProbeRows = 2_000;

    private PythonModel(string function) => Function = function;

    /// <summary>The faster of the two ways to predict one row.</summary>
    public string Function { get; }

    public static async Task<PythonModel?> TryCreateAsync(BenchmarkServer server, Report report)
    {
        await using var connection = await server.ConnectAsync();
        try
        {
            await CreateAsync(connection);
        }
        catch (PostgresException exception)
        {
            report.Note($"{Missing} ({exception.MessageText})");
            return null;
        }
        var ways = new Dictionary<string, TimeSpan>();
        foreach (var way in new[] { "inplace", "dmatrix" })
        {
            await connection.ScalarAsync($"SELECT python_{way}({BenchmarkServer.Array}) FROM t LIMIT 1");
            ways[way] = await connection.TimeAsync($"SELECT sum(python_{way}({BenchmarkServer.Array})) FROM (SELECT * FROM t LIMIT {ProbeRows}) AS s");
        }
        var version = await connection.ScalarAsync("SELECT python_version()");
        report.Note($"Baseline: {version}, one thread, booster in GD; a row by inplace_predict {ways["inplace"].TotalMicroseconds / ProbeRows:F0} µs, by DMatrix "
            + $"{ways["dmatrix"].TotalMicroseconds / ProbeRows:F0} µs: the faster is compared.");
        return new PythonModel("python_" + ways.MinBy(way => way.Value).Key);
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
        var rows = $"SELECT {BenchmarkServer.Columns(", ")}, y FROM sample";
        await connection.RunAsync($$"""
            CREATE EXTENSION plpython3u;
            CREATE TABLE python_model (model bytea);
            CREATE FUNCTION python_version() RETURNS text LANGUAGE plpython3u AS $python$
                import platform, xgboost
                return 'PL/Python ' + platform.python_version() + ' + xgboost ' + xgboost.__version__
            $python$;
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
            INSERT INTO python_model SELECT python_train();
            """);
    }
}
