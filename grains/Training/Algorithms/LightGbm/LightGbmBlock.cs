using System.Globalization;

namespace Graincast.Training;

/// <summary>
/// The head of a LightGBM model's text, or one of its trees: lines <c>key=value</c>, no key twice. The text may be anybody's: a value is checked when it is
/// asked for, before memory is taken for it. What is wrong is 22023 and names the line.
/// </summary>
/// <param name="firstLine">Its number, from 1.</param>
internal sealed class LightGbmBlock(int firstLine)
{
    // LightGBM writes twenty at most.
    private const int MaxKeys = 64;
    private const int ShownCharacters = 60;

    private readonly Dictionary<string, (int Line, ReadOnlyMemory<char> Value)> _values = [];

    private delegate bool Parser<T>(ReadOnlySpan<char> word, out T value);

    public static GraincastException Malformed(int line, string what) => new(
        SqlState.InvalidParameter, $"line {line} of the model's text: {what}", "Pass the bytes of what LightGBM's save_model or model_to_string wrote, unchanged and whole.");

    /// <summary>A part of the text as a message may repeat it: short, and in any database's encoding.</summary>
    public static string Shown(ReadOnlySpan<char> text)
    {
        var shown = text[..Math.Min(text.Length, ShownCharacters)].ToArray();
        return new string(Array.ConvertAll(shown, c => c is >= ' ' and <= '~' ? c : '?')) + (text.Length > ShownCharacters ? "…" : "");
    }

    public void Add(int line, ReadOnlyMemory<char> text)
    {
        var equals = text.Span.IndexOf('=');
        var key = equals < 0 ? text : text[..equals];
        if (equals == 0 || (equals < 0 && key.Span is not ("tree" or "average_output")))
        {
            throw Malformed(line, $"\"{Shown(text.Span)}\" is no key=value");
        }

        if (_values.Count == MaxKeys || !_values.TryAdd(key.ToString(), (line, text[(equals < 0 ? text.Length : equals + 1)..])))
        {
            throw Malformed(line, _values.Count == MaxKeys ? $"more than {MaxKeys} keys" : $"{Shown(key.Span)} for the second time");
        }
    }

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>The error for a value that is there, or that is missing from the block.</summary>
    public GraincastException Wrong(string key, string what) => Malformed(_values.TryGetValue(key, out var found) ? found.Line : firstLine, $"{key} {what}");

    public string Text(string key) => Find(key).ToString();

    public string[] Words(string key, int count) => ReadAll(key, count, "words", static (ReadOnlySpan<char> word, out string value) =>
    {
        value = word.ToString();
        return value.Length > 0;
    });

    public int Integer(string key, int min, int max) => Read(Find(key).Span, out int value) && value >= min && value <= max
        ? value
        : throw Wrong(key, min == max ? $"must be {min}" : $"must be a whole number from {min} to {max}");

    public int[] Integers(string key, int count) => ReadAll<int>(key, count, "whole numbers", Read);

    public double[] Numbers(string key, int count) => ReadAll<double>(key, count, "numbers", Read);

    private static bool Read(ReadOnlySpan<char> word, out int value) =>
        int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    // LightGBM writes C's inf where only a missing value goes right.
    private static bool Read(ReadOnlySpan<char> word, out double value)
    {
        value = word switch { "inf" => double.PositiveInfinity, "-inf" => double.NegativeInfinity, _ => double.NaN };
        return !double.IsNaN(value) || word is "nan" or "-nan"
            || double.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    private ReadOnlyMemory<char> Find(string key) => _values.TryGetValue(key, out var found) ? found.Value : throw Wrong(key, "is missing");

    private T[] ReadAll<T>(string key, int count, string what, Parser<T> parse)
    {
        var text = Find(key).Span;
        var values = new T[text.Length >= (2L * count) - 1 ? count : throw Wrong(key, $"has fewer than {count} {what}")];
        var read = 0;
        foreach (var word in text.Split(' '))
        {
            if (read == count || !parse(text[word], out values[read]))
            {
                throw Wrong(key, read == count ? $"has more than {count} {what}" : $"has \"{Shown(text[word])}\" among its {what}");
            }

            read++;
        }

        return read == count ? values : throw Wrong(key, $"has {read} {what}, not {count}");
    }
}
