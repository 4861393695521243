using System.Text.Json;

namespace Graincast.Training;

/// <summary>The settings that one algorithm understands. Checks a caller's JSON against them.</summary>
public sealed class HyperparameterTable
{
    /// <summary>Every random choice of a run derives from it; every algorithm takes it, also those that make no choice.</summary>
    public static readonly Hyperparameter Seed = Hyperparameter.Integer("seed", 0, 0, int.MaxValue, "random_state", "random_seed");

    private readonly Dictionary<string, Hyperparameter> _byName = [];

    public HyperparameterTable(params IEnumerable<Hyperparameter> hyperparameters)
    {
        All = [.. hyperparameters, Seed];
        foreach (var hyperparameter in All)
        {
            _byName.Add(hyperparameter.Name, hyperparameter);
            foreach (var alias in hyperparameter.Aliases)
            {
                _byName.Add(alias, hyperparameter);
            }
        }
    }

    public IReadOnlyList<Hyperparameter> All { get; }

    /// <summary>The hyperparameter of that name or alias, if there is one.</summary>
    public Hyperparameter? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The value of every hyperparameter: the caller's where given, else the default.</summary>
    /// <exception cref="GraincastException">22023: no JSON object, an unknown name, a value of another type or out of bounds, a name given twice.</exception>
    public HyperparameterValues Read(string json, string algorithm)
    {
        using var document = JsonText.ParseObject(json, "hyperparams");
        var values = All.ToDictionary(hyperparameter => hyperparameter.Name, hyperparameter => hyperparameter.Default);
        var given = new Dictionary<string, string>();
        var inert = new List<string>();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (!_byName.TryGetValue(member.Name, out var hyperparameter))
            {
                if (InertNames.Contains(member.Name))
                {
                    inert.Add(member.Name);
                    continue;
                }

                throw new GraincastException(SqlState.InvalidParameter, $"{algorithm} has no hyperparameter \"{member.Name}\"",
                    $"Allowed: {string.Join(", ", All.Select(allowed => allowed.Name))}.");
            }

            if (!given.TryAdd(hyperparameter.Name, member.Name))
            {
                throw new GraincastException(SqlState.InvalidParameter,
                    $"hyperparameter \"{hyperparameter.Name}\" is given twice, as \"{given[hyperparameter.Name]}\" and \"{member.Name}\"",
                    "These names mean the same here: give one of them.");
            }

            values[hyperparameter.Name] = ReadValue(hyperparameter, member.Name, member.Value);
        }

        return new HyperparameterValues(All, values, given.Keys, inert);
    }

    private static object? ReadValue(Hyperparameter hyperparameter, string name, JsonElement value)
    {
        var read = (hyperparameter.Kind, value.ValueKind) switch
        {
            (_, JsonValueKind.Null) when hyperparameter.AllowsNull => null,
            (HyperparameterKind.Integer, JsonValueKind.Number) => ReadInteger(hyperparameter, value),
            (HyperparameterKind.Real or HyperparameterKind.RealOrChoice, JsonValueKind.Number) => ReadReal(hyperparameter, value),
            (HyperparameterKind.Boolean, JsonValueKind.True) => true,
            (HyperparameterKind.Boolean, JsonValueKind.False) => false,
            (HyperparameterKind.Choice or HyperparameterKind.RealOrChoice, JsonValueKind.String)
                when hyperparameter.Choices.Contains(value.GetString()!) => value.GetString(),
            _ => (object)value,
        };
        if (value.ValueKind == JsonValueKind.String && hyperparameter.NotOffered.Contains(value.GetString()!))
        {
            throw new GraincastException(SqlState.FeatureNotSupported, $"hyperparameter \"{name}\" cannot be \"{value.GetString()}\": that is not offered", $"Offered: {string.Join(", ", hyperparameter.Choices)}.");
        }

        return read is JsonElement
            ? throw new GraincastException(SqlState.InvalidParameter,
                $"hyperparameter \"{name}\" must be {hyperparameter.Allowed()}, not {JsonText.Shorten(value)}",
                $"Leave it out for its default of {hyperparameter.Default ?? "null"}.")
            : read;
    }

    // 10 and 10.0 are both whole; the bounds are checked before the cast.
    private static object ReadInteger(Hyperparameter hyperparameter, JsonElement value) =>
        value.TryGetDouble(out var number) && number == Math.Floor(number) && number >= hyperparameter.Min && number <= hyperparameter.Max
            ? (long)number
            : value;

    private static object ReadReal(Hyperparameter hyperparameter, JsonElement value) =>
        value.TryGetDouble(out var number) && number >= hyperparameter.Min && number <= hyperparameter.Max ? number : value;
}
