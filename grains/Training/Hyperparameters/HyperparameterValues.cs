using System.Text.Json;

namespace Graincast.Training;

/// <summary>The value of every hyperparameter of one training, checked.</summary>
public sealed class HyperparameterValues
{
    private readonly IReadOnlyList<Hyperparameter> _order;
    private readonly Dictionary<string, object?> _values;
    private readonly HashSet<string> _given;

    internal HyperparameterValues(IReadOnlyList<Hyperparameter> order, Dictionary<string, object?> values, IEnumerable<string> given, IReadOnlyList<string> inert)
    {
        _order = order;
        _values = values;
        _given = [.. given];
        Inert = inert;
    }

    /// <summary>What the caller named that has no effect here.</summary>
    public IReadOnlyList<string> Inert { get; }

    /// <summary>Whether the caller named it, under this name or an alias.</summary>
    public bool IsGiven(string name) => _given.Contains(name);

    public bool IsNull(string name) => _values[name] is null;

    public long Integer(string name) => (long)_values[name]!;

    public long IntegerOr(string name, long ifNull) => _values[name] as long? ?? ifNull;

    public double Real(string name) => (double)_values[name]!;

    public bool Boolean(string name) => (bool)_values[name]!;

    /// <summary>The chosen word, or null when the value is a number or null.</summary>
    public string? Choice(string name) => _values[name] as string;

    /// <summary>JSON object, in the table's order; null values are written.</summary>
    public JsonElement ToJson() => JsonText.Write(writer =>
    {
        foreach (var hyperparameter in _order)
        {
            writer.WritePropertyName(hyperparameter.Name);
            WriteValue(writer, _values[hyperparameter.Name]);
        }
    });

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case long number: writer.WriteNumberValue(number); break;
            case double number: writer.WriteNumberValue(number); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case string text: writer.WriteStringValue(text); break;
            default: writer.WriteNullValue(); break;
        }
    }
}
