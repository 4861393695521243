using Graincast.Models;
using Graincast.Scoring;
using Npgsql;

namespace Graincast.Storage;

/// <summary>
/// A row as <c>pgml.source_rows</c> gives it: for each of the model's columns how many values it has (−1: it is NULL), then all values, a text or a number each.
/// </summary>
internal sealed record SourceRow(int Place, string? Key, int[] Lengths, double?[] Numbers, string?[] Texts)
{
    public static SourceRow Read(NpgsqlDataReader reader) => new(
        reader.GetInt32(0),
        reader.IsDBNull(1) ? null : reader.GetString(1),
        reader.GetFieldValue<int[]>(2),
        reader.GetFieldValue<double?[]>(3),
        reader.GetFieldValue<string?[]>(4));

    /// <summary>
    /// The model's inputs, by the rules and in the words of SQL's predict: 22004 on a NULL that nothing fills, 22003 on a number beyond <c>real</c>, 22023 on an array of
    /// another length or a text that nothing stands for, 42804 on another type.
    /// </summary>
    public KeyedRow Inputs(ScoringModel model, FeatureSource source)
    {
        var inputs = new float[model.Inputs];
        int at = 0;
        try
        {
            for (int c = 0; c < model.Columns.Count; c++)
            {
                Write(model, c, at, inputs, source);
                at += Math.Max(Lengths[c], 0);
            }
        }
        catch (GraincastException error)
        {
            return new KeyedRow(null, error);
        }

        return new KeyedRow(inputs, null);
    }

    private void Write(ScoringModel model, int c, int at, float[] inputs, FeatureSource source)
    {
        ScoringColumn column = model.Columns[c];
        Span<float> own = inputs.AsSpan(column.FirstInput, column.Width);
        if (Lengths[c] < 0)
        {
            own.Fill(Missing(column));
            return;
        }

        if (Lengths[c] != column.Width)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                $"column \"{column.Name}\" has {column.Width} numbers in the model, {Lengths[c]} in the row",
                "Store arrays of the length that the model was trained on.");
        }

        for (int i = 0; i < own.Length; i++)
        {
            if ((Texts[at + i] is not null) != (column.Kind == ColumnKind.Text))
            {
                throw new GraincastException(
                    SqlState.DatatypeMismatch,
                    $"column \"{column.Name}\" of the feature source {source.Relation} is {(column.Kind == ColumnKind.Text ? "no text" : "a text")}, the model expects {(column.Kind == ColumnKind.Text ? "one" : "a number")}",
                    "Use a relation, or a view, with the types that the model was trained on.");
            }

            own[i] = Texts[at + i] is { } text ? model.TextInput(c, text) : Numbers[at + i] is { } number ? Narrow(number, column) : Missing(column);
        }
    }

    private static float Narrow(double value, ScoringColumn column)
    {
        float narrow = (float)value;
        return float.IsInfinity(narrow) && !double.IsInfinity(value)
            ? throw new GraincastException(
                SqlState.NumericValueOutOfRange,
                $"value {value:R} of column \"{column.Name}\" is out of range for type real",
                "Features are single precision, up to 3.4e38: bound the value, or use the logarithm in training and prediction.")
            : narrow;
    }

    private static float Missing(ScoringColumn column) => column.Missing == MissingInput.Fill
        ? float.NaN
        : throw new GraincastException(
            SqlState.NullNotAllowed, $"column \"{column.Name}\" is NULL", "Give a value; a view with coalesce can fill it, for training and predicting alike.");
}
