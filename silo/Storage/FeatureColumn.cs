using Graincast.Models;
using Graincast.Scoring;
using Npgsql;

namespace Graincast.Storage;

/// <summary>A column of a feature source that a model reads, converted as SQL's predict converts it.</summary>
/// <param name="Index">Among the model's columns.</param>
/// <param name="Column">The model's.</param>
/// <param name="Sql">What is selected: text, double precision, or double precision[].</param>
/// <param name="IsArray">The relation's column is an array.</param>
internal sealed record FeatureColumn(int Index, ScoringColumn Column, string Sql, bool IsArray)
{
    private static readonly HashSet<string> Numbers = ["float4", "float8", "int2", "int4", "int8", "numeric", "bool"];
    private static readonly HashSet<string> Texts = ["text", "varchar", "bpchar"];

    public static FeatureColumn Of(int index, ScoringColumn column, FeatureSource source, IReadOnlyDictionary<string, (string Type, string? Element)> types)
    {
        if (!types.TryGetValue(column.Name, out var type))
        {
            throw new GraincastException(
                "42703",
                $"the feature source {source.Relation} has no column \"{column.Name}\", which the model was trained on",
                "Use a relation, or a view, that has all of the model's columns.");
        }

        string name = FeatureQuery.Quote(column.Name);
        if (column.Kind == ColumnKind.Text && Texts.Contains(type.Type))
        {
            return new FeatureColumn(index, column, $"{name}::pg_catalog.text", IsArray: false);
        }

        if (column.Kind == ColumnKind.Number && column.Width == 1 && Numbers.Contains(type.Type))
        {
            return new FeatureColumn(index, column, Double(name, type.Type), IsArray: false);
        }

        if (column.Kind == ColumnKind.Number && type.Element is { } element && Numbers.Contains(element))
        {
            // Flat, whatever dimensions it has; empty stays empty.
            string flat = $"(SELECT pg_catalog.array_agg({Double("e.value", element)} ORDER BY e.place) FROM pg_catalog.unnest({name}) WITH ORDINALITY AS e (value, place))";
            flat = $"CASE WHEN {name} IS NOT NULL THEN coalesce({flat}, '{{}}'::pg_catalog.float8[]) END";
            return new FeatureColumn(index, column, flat, IsArray: true);
        }

        throw new GraincastException(
            SqlState.DatatypeMismatch,
            $"column \"{column.Name}\" of the feature source {source.Relation} has type {(type.Element is { } of ? of + "[]" : type.Type)}, the model expects {Expected(column)}",
            "Use a relation, or a view, with the types that the model was trained on.");
    }

    /// <summary>Writes the inputs of this column. 22004 on a NULL that nothing fills, 22003 on a number beyond <c>real</c>, 22023 on an array of another length.</summary>
    public void Read(NpgsqlDataReader reader, int ordinal, ScoringModel model, float[] inputs)
    {
        Span<float> own = inputs.AsSpan(Column.FirstInput, Column.Width);
        if (reader.IsDBNull(ordinal))
        {
            own.Fill(Missing());
        }
        else if (Column.Kind == ColumnKind.Text)
        {
            own[0] = model.Category(Index, reader.GetString(ordinal));
        }
        else if (!IsArray)
        {
            own[0] = Narrow(reader.GetDouble(ordinal));
        }
        else
        {
            ReadArray(reader.GetFieldValue<double?[]>(ordinal), own);
        }
    }

    private void ReadArray(double?[] values, Span<float> own)
    {
        if (values.Length != Column.Width)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                $"column \"{Column.Name}\" has {Column.Width} numbers in the model, {values.Length} in the row",
                "Store arrays of the length that the model was trained on.");
        }

        for (int i = 0; i < values.Length; i++)
        {
            own[i] = values[i] is { } value ? Narrow(value) : Missing();
        }
    }

    private float Narrow(double value)
    {
        float narrow = (float)value;
        return float.IsInfinity(narrow) && !double.IsInfinity(value)
            ? throw new GraincastException(
                "22003",
                $"value {value:R} of column \"{Column.Name}\" is out of range for type real",
                "Features are single precision, up to 3.4e38: bound the value, or use the logarithm in training and prediction.")
            : narrow;
    }

    private float Missing() => Column.Missing == MissingInput.Fill
        ? float.NaN
        : throw new GraincastException(
            SqlState.NullNotAllowed, $"column \"{Column.Name}\" is NULL", "Give a value; a view with coalesce can fill it, for training and predicting alike.");

    private static string Double(string sql, string type) => type == "bool" ? $"{sql}::pg_catalog.int4::pg_catalog.float8" : $"{sql}::pg_catalog.float8";

    private static string Expected(ScoringColumn column) => column.Kind == ColumnKind.Text ? "text" : column.Width == 1 ? "a number" : "an array of numbers";
}
