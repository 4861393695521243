using System.Text.Json;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// The caller's <c>preprocess</c>: <c>{"column": {"encode": "native" | "target" | "one_hot" | {"ordinal": [texts]},
/// "impute": "error" | "mean" | "median" | "mode" | "min" | "max" | "zero", "scale": "preserve" | "standard" | "min_max" | "max_abs" | "robust"}}</c>.
/// A text can be imputed by its mode, and by median, min and max of an ordinal list.
/// </summary>
internal sealed class PreprocessPlan
{
    private readonly Dictionary<string, ColumnPolicy> _policies = [];

    /// <exception cref="GraincastException">22023: no JSON object, an unknown column or word, or one that does not fit the column.</exception>
    public PreprocessPlan(string json, IReadOnlyList<ColumnSpec> features, ModelTask task)
    {
        using var document = JsonText.ParseObject(json, "preprocess");
        foreach (var member in document.RootElement.EnumerateObject())
        {
            var column = features.FirstOrDefault(column => column.Name == member.Name)
                ?? throw Wrong($"preprocess names \"{member.Name}\", which is no feature column", $"Feature columns: {string.Join(", ", features.Select(feature => feature.Name))}.");
            var policy = ReadPolicy(column, member.Value);
            Check(column, policy, task);
            if (!_policies.TryAdd(column.Name, policy))
            {
                throw Wrong($"preprocess names \"{member.Name}\" twice", "Put its settings into one object.");
            }
        }
    }

    public ColumnPolicy Of(string column) => _policies.GetValueOrDefault(column, ColumnPolicy.Default);

    private static ColumnPolicy ReadPolicy(ColumnSpec column, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"preprocess of \"{column.Name}\" must be an object with encode, impute or scale", "For example {\"impute\": \"mean\", \"scale\": \"standard\"}.");
        }

        var policy = ColumnPolicy.Default;
        foreach (var member in json.EnumerateObject())
        {
            policy = member.Name switch
            {
                "encode" when column.Type != ColumnType.Text => throw Wrong($"column \"{column.Name}\" is no text: encode does not apply to it",
                    "Numbers can be imputed and scaled; cast the column to text in a view to encode it."),
                "encode" when member.Value.ValueKind == JsonValueKind.Object => policy with { Encode = Encode.Ordinal, Order = ReadOrder(column, member.Value) },
                "encode" => policy with { Encode = ReadWord(column, member, (Encode.Native, "native"), (Encode.Target, "target"), (Encode.OneHot, "one_hot")) },
                "impute" => policy with
                {
                    Impute = ReadWord(column, member, (Impute.Error, "error"), (Impute.Mean, "mean"), (Impute.Median, "median"), (Impute.Mode, "mode"),
                        (Impute.Min, "min"), (Impute.Max, "max"), (Impute.Zero, "zero")),
                },
                "scale" => policy with
                {
                    Scale = ReadWord(column, member, (Scale.Preserve, "preserve"), (Scale.Standard, "standard"), (Scale.MinMax, "min_max"),
                        (Scale.MaxAbs, "max_abs"), (Scale.Robust, "robust")),
                },
                _ => throw Wrong($"preprocess of \"{column.Name}\" has \"{member.Name}\"", "Allowed: encode, impute, scale."),
            };
        }

        return policy;
    }

    private static T ReadWord<T>(ColumnSpec column, JsonProperty member, params ReadOnlySpan<(T Value, string Word)> words)
    {
        foreach (var (value, word) in words)
        {
            if (member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals(word))
            {
                return value;
            }
        }

        var allowed = string.Join(", ", words.ToArray().Select(word => word.Word));
        throw Wrong($"{member.Name} of column \"{column.Name}\" cannot be {JsonText.Shorten(member.Value)}",
            typeof(T) == typeof(Encode) ? $"Allowed: {allowed}, {{\"ordinal\": [texts]}}." : $"Allowed: {allowed}.");
    }

    private static string[] ReadOrder(ColumnSpec column, JsonElement json)
    {
        if (json.EnumerateObject().Count() == 1 && json.TryGetProperty("ordinal", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            var texts = list.EnumerateArray().Select(text => text.ValueKind == JsonValueKind.String ? text.GetString() : null).ToArray();
            if (texts.Length > 0 && !texts.Contains(null) && texts.Distinct().Count() == texts.Length)
            {
                return texts!;
            }
        }

        throw Wrong($"encode of column \"{column.Name}\" must be {{\"ordinal\": [texts]}} with different texts in order", "For example {\"ordinal\": [\"small\", \"large\"]}.");
    }

    private static void Check(ColumnSpec column, ColumnPolicy policy, ModelTask task)
    {
        if (column.Type == ColumnType.Text && !(policy.Impute is Impute.Error or Impute.Mode
            || (policy.Encode == Encode.Ordinal && policy.Impute is Impute.Median or Impute.Min or Impute.Max)))
        {
            throw Wrong($"column \"{column.Name}\" is text: impute cannot be {policy.Impute.ToString().ToLowerInvariant()}",
                "A text has a mode; median, min and max need an ordinal list.");
        }

        if (policy.Encode == Encode.Target && task is not (ModelTask.Regression or ModelTask.Classification))
        {
            throw Wrong($"column \"{column.Name}\" cannot be encoded by the target: there is no label", "Use native, one_hot or an ordinal list.");
        }
    }

    private static GraincastException Wrong(string message, string hint) => new(SqlState.InvalidParameter, message, hint);
}
