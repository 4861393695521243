using System.Text.Json;

namespace Graincast.Training;

/// <summary>One combination of the settings that are searched over.</summary>
/// <param name="Json">The combination alone, by the caller's names.</param>
/// <param name="Values">Every hyperparameter: the combination's, else the caller's, else the default.</param>
internal sealed record SearchTrial(JsonElement Json, HyperparameterValues Values);

/// <summary>The combinations to try, each on every fold of the training rows.</summary>
/// <param name="Names">What is searched over, in the order of their names.</param>
/// <param name="Trials">In the order in which they are tried.</param>
/// <param name="Folds">Parts of the training rows.</param>
internal sealed record SearchPlan(IReadOnlyList<string> Names, IReadOnlyList<SearchTrial> Trials, int Folds)
{
    /// <summary>More fits are a mistake in most cases, and hours in all.</summary>
    public const int MaxTrials = 1000;

    private const int DefaultTrials = 10;
    private const int DefaultFolds = 5;
    private const int MaxFolds = 100;

    /// <summary>What a training's search arguments say; null when there is no search.</summary>
    /// <exception cref="GraincastException">22023: an unknown search or argument, a value out of bounds, no list of values, too many combinations, and those of the table.</exception>
    public static SearchPlan? Read(TrainingSpec spec, HyperparameterTable table, long seed)
    {
        if (spec.Search.Length == 0)
        {
            return null;
        }

        if (spec.Search is not ("grid" or "random"))
        {
            throw new GraincastException(SqlState.InvalidParameter, $"unknown search \"{spec.Search}\"", "Searches: grid, random.");
        }

        using var arguments = JsonText.ParseObject(spec.SearchArgs, "search_args");
        var folds = ReadArgument(arguments, "cv", DefaultFolds, 2, MaxFolds);
        var wanted = ReadArgument(arguments, "n_iter", DefaultTrials, 1, MaxTrials);
        ThrowIfUnknown(arguments);

        using var parameters = JsonText.ParseObject(spec.SearchParams, "search_params");
        var lists = parameters.RootElement.EnumerateObject().OrderBy(list => list.Name, StringComparer.Ordinal).ToArray();
        Check(lists, table);
        var all = lists.Aggregate(1.0, (product, list) => product * list.Value.GetArrayLength());
        if (spec.Search == "grid" && all > MaxTrials)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"the grid has {all:0} combinations, {MaxTrials} are allowed", "Pass search => 'random' with n_iter in search_args, or shorter lists.");
        }

        var counts = Array.ConvertAll(lists, list => list.Value.GetArrayLength());
        var chosen = spec.Search == "grid" || all <= wanted ? All(counts, (int)all) : Draw(counts, wanted, seed);
        using var given = JsonText.ParseObject(spec.Hyperparams, "hyperparams");
        return new SearchPlan([.. lists.Select(list => list.Name)], [.. chosen.Select(places => Trial(places, lists, given.RootElement, table, spec.Algorithm))], folds);
    }

    private static int ReadArgument(JsonDocument arguments, string name, int value, int min, int max)
    {
        if (!arguments.RootElement.TryGetProperty(name, out var given))
        {
            return value;
        }

        return given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out var number) && number >= min && number <= max
            ? number
            : throw new GraincastException(SqlState.InvalidParameter, $"search_args: \"{name}\" must be a whole number from {min} to {max}, not {JsonText.Shorten(given)}",
                $"Leave it out for its default of {value}.");
    }

    private static void ThrowIfUnknown(JsonDocument arguments)
    {
        foreach (var argument in arguments.RootElement.EnumerateObject())
        {
            if (argument.Name is not ("cv" or "n_iter"))
            {
                throw new GraincastException(SqlState.InvalidParameter, $"search_args has no \"{argument.Name}\"", "Allowed: cv, n_iter.");
            }
        }
    }

    private static void Check(JsonProperty[] lists, HyperparameterTable table)
    {
        if (lists.Length == 0)
        {
            throw new GraincastException(SqlState.InvalidParameter, "search_params names nothing to search over",
                "Give each hyperparameter its values, such as {\"n_estimators\": [50, 100]}; search => NULL trains without a search.");
        }

        foreach (var list in lists)
        {
            if (list.Value.ValueKind != JsonValueKind.Array || list.Value.GetArrayLength() == 0)
            {
                throw new GraincastException(SqlState.InvalidParameter, $"search_params: \"{list.Name}\" has no list of values", $"Write {{\"{list.Name}\": [one, or, more]}}; a single value belongs into hyperparams.");
            }

            if (table.Find(list.Name) == HyperparameterTable.Seed)
            {
                throw new GraincastException(SqlState.InvalidParameter, $"search_params: \"{list.Name}\" cannot be searched over",
                    "The best of several seeds is luck: give one in hyperparams.");
            }
        }
    }

    // The last name varies fastest.
    private static IEnumerable<int[]> All(int[] counts, int all)
    {
        for (var number = 0; number < all; number++)
        {
            var places = new int[counts.Length];
            for (int i = counts.Length - 1, rest = number; i >= 0; rest /= counts[i--])
            {
                places[i] = rest % counts[i];
            }

            yield return places;
        }
    }

    /// <summary>Different combinations, all equally likely. There are more than wanted, so one that comes again is drawn anew.</summary>
    private static IEnumerable<int[]> Draw(int[] counts, int wanted, long seed)
    {
        var random = new SplitMix64(seed);
        var drawn = new HashSet<string>();
        while (drawn.Count < wanted)
        {
            var places = Array.ConvertAll(counts, count => (int)(random.NextDouble() * count));
            if (drawn.Add(string.Join(',', places)))
            {
                yield return places;
            }
        }
    }

    private static SearchTrial Trial(int[] places, JsonProperty[] lists, JsonElement given, HyperparameterTable table, string algorithm)
    {
        var names = lists.Select(list => list.Name).ToHashSet(StringComparer.Ordinal);
        var whole = JsonText.Write(writer =>
        {
            foreach (var member in given.EnumerateObject().Where(member => !names.Contains(member.Name)))
            {
                member.WriteTo(writer);
            }

            WriteChosen(writer);
        });
        return new SearchTrial(JsonText.Write(WriteChosen), table.Read(whole.GetRawText(), algorithm));

        void WriteChosen(Utf8JsonWriter writer)
        {
            foreach (var (i, list) in lists.Index())
            {
                writer.WritePropertyName(list.Name);
                list.Value[places[i]].WriteTo(writer);
            }
        }
    }
}
