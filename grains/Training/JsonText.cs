using System.Text.Json;

namespace Graincast.Training;

/// <summary>Reads the JSON arguments of a caller.</summary>
internal static class JsonText
{
    private const int ShownCharacters = 60;

    /// <summary>An object of what is written between its braces.</summary>
    public static JsonElement Write(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>The parsed object.</summary>
    /// <param name="json">A caller's text; empty means {}.</param>
    /// <param name="argument">The SQL argument's name, for the error.</param>
    /// <exception cref="GraincastException">22023: no JSON, or no object.</exception>
    public static JsonDocument ParseObject(string json, string argument)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(string.IsNullOrWhiteSpace(json) ? "{}" : json);
        }
        catch (JsonException e)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"{argument} is not JSON, or nested too deeply", $"Give a JSON object, such as {Example(argument)}.", detail: e.Message, innerException: e);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        var kind = document.RootElement.ValueKind;
        document.Dispose();
        throw new GraincastException(SqlState.InvalidParameter, $"{argument} must be a JSON object, not {kind.ToString().ToLowerInvariant()}", $"Write names with their values, such as {Example(argument)}.");
    }

    /// <summary>A value as an error message repeats it.</summary>
    public static string Shorten(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";
    }

    private static string Example(string argument) => argument switch
    {
        "preprocess" => """{"a_column": {"impute": "mean"}}""",
        "search_params" => """{"alpha": [0.1, 1, 10]}""",
        "search_args" => """{"cv": 5}""",
        _ => """{"seed": 1}""",
    };
}
