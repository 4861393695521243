using System.Diagnostics;
using System.Text.Json;
using Npgsql;

namespace Graincast.Commands;

/// <summary>The SQL session of the demo: shows what it runs, what comes back and what is said meanwhile.</summary>
internal sealed class DemoSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private DemoSession(NpgsqlConnection connection) => _connection = connection;

    public static async Task<DemoSession> OpenAsync(NpgsqlConnectionStringBuilder connectionString, CancellationToken cancellation)
    {
        // A training takes the time it takes.
        connectionString.CommandTimeout = 0;
        var connection = new NpgsqlConnection(connectionString.ConnectionString);
        connection.Notice += (_, notice) => Terminal.Faint($"  {notice.Notice.Severity}: {notice.Notice.MessageText}");
        await connection.OpenAsync(cancellation);
        return new DemoSession(connection);
    }

    /// <summary>Loads the data sets that are not there yet: a second run must not replace what the user changed.</summary>
    public async Task LoadAsync(IReadOnlyList<string> dataSets, CancellationToken cancellation)
    {
        Terminal.Heading("Data sets");
        foreach (var name in dataSets)
        {
            await using var exists = new NpgsqlCommand("SELECT to_regclass('pgml.' || $1) IS NOT NULL", _connection) { Parameters = { new() { Value = name } } };
            if (await exists.ExecuteScalarAsync(cancellation) is true)
            {
                Terminal.Line($"  pgml.{name} is there already");
                continue;
            }
            await using var load = new NpgsqlCommand("SELECT table_name || ': ' || rows || ' rows' FROM pgml.load_dataset($1)", _connection) { Parameters = { new() { Value = name } } };
            Terminal.Line($"  {await load.ExecuteScalarAsync(cancellation)}");
        }
    }

    /// <summary>Makes a table and spreads it over the workers, once.</summary>
    public async Task DistributeAsync(string table, IReadOnlyList<string> statements, CancellationToken cancellation)
    {
        Terminal.Heading("A distributed table");
        await using var exists = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", _connection) { Parameters = { new() { Value = table } } };
        if (await exists.ExecuteScalarAsync(cancellation) is true)
        {
            Terminal.Line($"  {table} is there already");
            return;
        }
        await using var transaction = await _connection.BeginTransactionAsync(cancellation);
        foreach (var statement in statements)
        {
            Terminal.Faint($"{statement};");
            await using var command = new NpgsqlCommand(statement, _connection, transaction);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Trains a lesson's model and shows its answers.</summary>
    public async Task TeachAsync(DemoLesson lesson, CancellationToken cancellation)
    {
        Terminal.Heading(lesson.Title);
        if (lesson.Prepare.Length > 0)
        {
            Terminal.Faint($"{lesson.Prepare};");
            await using var prepare = new NpgsqlCommand(lesson.Prepare, _connection);
            await prepare.ExecuteNonQueryAsync(cancellation);
        }
        var clock = Stopwatch.StartNew();
        await ShowAsync(lesson.Train, cancellation);
        Terminal.Line($"trained in {clock.Elapsed.TotalSeconds:0.0} s");
        Terminal.Heading($"{lesson.ShowTitle}:");
        await ShowAsync(lesson.Show, cancellation);
    }

    /// <summary>The newest model of each project and how good it is on rows that it was not trained on.</summary>
    public async Task ShowMetricsAsync(IReadOnlyList<DemoLesson> lessons, CancellationToken cancellation)
    {
        const string sql = """
            SELECT DISTINCT ON (p.name) p.name, p.task::text, m.algorithm, m.metrics::text
            FROM pgml.projects p JOIN pgml.models m ON m.project_id = p.id
            WHERE p.name = ANY ($1) ORDER BY p.name, m.id DESC
            """;
        await using var command = new NpgsqlCommand(sql, _connection) { Parameters = { new() { Value = lessons.Select(lesson => lesson.Project).ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<string[]> rows = [];
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add([reader.GetString(0), reader.GetString(1), reader.GetString(2), Metrics(reader.GetString(3))]);
        }
        Terminal.Heading("Metrics on held-out rows");
        Terminal.Table(["project", "task", "algorithm", "metrics"], rows);
    }

    /// <summary>Runs a query and shows it with its rows.</summary>
    public async Task ShowAsync(string sql, CancellationToken cancellation)
    {
        Terminal.Faint($"{sql};");
        await using var command = new NpgsqlCommand(sql, _connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var headings = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        List<string[]> rows = [];
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => Text(reader.GetValue(column)))]);
        }
        Terminal.Table(headings, rows);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static string Text(object value) => value switch
    {
        DBNull => "",
        bool truth => truth ? "true" : "false",
        float[] numbers => string.Join(", ", numbers.Select(number => $"{number:0.00}")),
        _ => $"{value}",
    };

    /// <summary>Quality first, times last, without what the NOTICEs said.</summary>
    private static string Metrics(string json)
    {
        using var metrics = JsonDocument.Parse(json);
        return string.Join("  ", metrics.RootElement.EnumerateObject()
            .Where(metric => metric.Value.ValueKind == JsonValueKind.Number && !metric.Name.EndsWith("_rows", StringComparison.Ordinal))
            .OrderBy(metric => metric.Name.EndsWith("_time", StringComparison.Ordinal))
            .Select(metric => $"{metric.Name} {metric.Value.GetDouble():0.###}"));
    }
}
