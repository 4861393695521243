using Graincast.Scoring;

namespace Graincast.Projects;

/// <summary>A caller's features as a model's inputs, under the rules and in the words of SQL's predict.</summary>
internal static class FeatureInputs
{
    private const int ListedColumns = 10;

    /// <summary>22023 on another number of features or an unknown name, 42804 on a text where a number belongs or the other way round, 22004 on a NULL that nothing fills, 22023 on a text that nothing stands for.</summary>
    public static float[] Of(ScoringModel model, FeatureRow row)
    {
        if (row.Texts is { } texts && texts.Length != row.Numbers.Length)
        {
            throw WrongCount(model, texts.Length);
        }

        var inputs = new float[model.Inputs];
        if (row.Names is null)
        {
            ByPosition(model, row, inputs);
        }
        else
        {
            ByName(model, row, row.Names, inputs);
        }

        return inputs;
    }

    /// <summary>Rows by position: rows × features, as they are.</summary>
    public static void CheckRows(ScoringModel model, float[] features)
    {
        if (model.Columns.FirstOrDefault(column => column.Kind == ColumnKind.Text) is { } text)
        {
            throw Mismatch(text, "a number", "text");
        }

        if (model.Inputs == 0 || features.Length % model.Inputs != 0)
        {
            throw WrongCount(model, features.Length);
        }

        foreach (ScoringColumn column in model.Columns.Where(column => column.Missing == MissingInput.Error))
        {
            for (int first = column.FirstInput; first < features.Length; first += model.Inputs)
            {
                if (features.AsSpan(first, column.Width).ContainsAnyExceptInRange(float.NegativeInfinity, float.PositiveInfinity))
                {
                    throw Missing(column);
                }
            }
        }
    }

    private static void ByPosition(ScoringModel model, FeatureRow row, float[] inputs)
    {
        if (row.Numbers.Length != model.Inputs)
        {
            throw WrongCount(model, row.Numbers.Length);
        }

        for (int c = 0; c < model.Columns.Count; c++)
        {
            ScoringColumn column = model.Columns[c];
            for (int i = column.FirstInput; i < column.FirstInput + column.Width; i++)
            {
                inputs[i] = Value(model, c, row.Numbers[i], row.Texts?[i]);
            }
        }
    }

    // The names of an array's numbers are all the column's, in their order.
    private static void ByName(ScoringModel model, FeatureRow row, string[] names, float[] inputs)
    {
        if (names.Length != row.Numbers.Length)
        {
            throw WrongCount(model, names.Length);
        }

        var given = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            (given.TryGetValue(names[i], out var entries) ? entries : given[names[i]] = []).Add(i);
        }

        for (int c = 0; c < model.Columns.Count; c++)
        {
            ScoringColumn column = model.Columns[c];
            if (!given.TryGetValue(column.Name, out var entries))
            {
                throw new GraincastException(SqlState.InvalidParameter, $"the features have no \"{column.Name}\"", $"The model's columns are: {List(model)}.");
            }

            if (entries.Count != column.Width)
            {
                throw new GraincastException(
                    SqlState.InvalidParameter,
                    $"column \"{column.Name}\" has {column.Width} numbers in the model, {entries.Count} given",
                    "Pass arrays of the length that the model was trained on.");
            }

            for (int i = 0; i < entries.Count; i++)
            {
                inputs[column.FirstInput + i] = Value(model, c, row.Numbers[entries[i]], row.Texts?[entries[i]]);
            }
        }
    }

    private static float Value(ScoringModel model, int c, float number, string? text)
    {
        ScoringColumn column = model.Columns[c];
        if (text is not null)
        {
            return column.Kind == ColumnKind.Text ? model.TextInput(c, text) : throw Mismatch(column, "text", "a number");
        }

        if (!float.IsNaN(number))
        {
            return column.Kind == ColumnKind.Number ? number : throw Mismatch(column, "a number", "text");
        }

        return column.Missing == MissingInput.Fill ? float.NaN : throw Missing(column);
    }

    private static GraincastException Missing(ScoringColumn column) => new(
        SqlState.NullNotAllowed, $"column \"{column.Name}\" is NULL", "Give a value; a view with coalesce can fill it, for training and predicting alike.");

    private static GraincastException Mismatch(ScoringColumn column, string given, string expected) => new(
        SqlState.DatatypeMismatch, $"feature \"{column.Name}\" is {given}, the model expects {expected}", "Pass features with the types that the model was trained on.");

    private static GraincastException WrongCount(ScoringModel model, int given) => new(
        SqlState.InvalidParameter, $"the model expects {model.Inputs} features, {given} given", $"Its columns are: {List(model)}.");

    private static string List(ScoringModel model)
    {
        var names = model.Columns.Take(ListedColumns).Select(column => column.Width > 1 ? $"{column.Name} ({column.Width} numbers)" : column.Name);
        string more = model.Columns.Count > ListedColumns ? $" and {model.Columns.Count - ListedColumns} more" : "";
        return string.Join(", ", names) + more;
    }
}
