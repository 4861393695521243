using System.Globalization;
using Graincast.Projects;

namespace Graincast.Client;

/// <summary>Takes a record's features in the order of their names and makes the row that a call sends. Narrows numbers as SQL does.</summary>
public ref struct FeatureWriter
{
    private readonly string[] _features;
    private float[] _numbers;
    private string?[]? _texts;
    // Only once an array has made names and entries differ in number.
    private string[]? _names;
    private int _feature;
    private int _count;

    private FeatureWriter(string[] features) => (_features, _numbers) = (features, new float[features.Length]);

    /// <summary>The features of a record, as calls send them. Throws 22003 on a number beyond float's range, 22004 on an array that is null.</summary>
    public static FeatureRow Write<T>(T record)
        where T : IFeatureRecord<T>
    {
        ArgumentNullException.ThrowIfNull(record);
        var writer = new FeatureWriter(T.FeatureNames);
        T.WriteFeatures(record, ref writer);
        return writer.ToRow();
    }

    /// <summary>The array, or 22004 when there is none: how many inputs it would be, only the model knows.</summary>
    public static T[] Required<T>(T[]? values, string property) => values ?? throw new GraincastException(
        SqlState.NullNotAllowed, $"The array of property {property} is null.", "Give an array of the length that the model was trained on; NaN is NULL for an entry.");

    /// <summary>The error of an enum's value that no member has.</summary>
    public static GraincastException NoMember<T>(T value, string property) => new(
        SqlState.InvalidParameter, $"The value {value} of property {property} is no member of its enum.", "Give a member; a combination of flags has no text of its own.");

    /// <summary>A feature that is a number; null = NULL.</summary>
    public void Number(float? value, string property)
    {
        Entry(value, property);
        _feature++;
    }

    /// <inheritdoc cref="Number(float?, string)"/>
    public void Number(double? value, string property)
    {
        Entry(value, property);
        _feature++;
    }

    /// <inheritdoc cref="Number(float?, string)"/>
    public void Number(decimal? value, string property)
    {
        Entry(value, property);
        _feature++;
    }

    /// <summary>A feature that is a boolean; null = NULL.</summary>
    public void Number(bool? value, string property)
    {
        Entry(value, property);
        _feature++;
    }

    /// <summary>A feature that is a text; null = NULL.</summary>
    public void Text(string? value)
    {
        Append(float.NaN);
        if (value is not null)
        {
            _texts ??= new string?[_numbers.Length];
            _texts[_count - 1] = value;
        }

        _feature++;
    }

    /// <summary>An entry of a feature that is an array; <see cref="EndArray"/> follows the last one.</summary>
    public void Entry(float? value, string property) => Append(value ?? float.NaN);

    /// <inheritdoc cref="Entry(float?, string)"/>
    public void Entry(double? value, string property) => Append(value is { } number ? Narrow(number, property) : float.NaN);

    /// <inheritdoc cref="Entry(float?, string)"/>
    public void Entry(decimal? value, string property) => Append(value is { } number ? Narrow(ToDouble(number), property) : float.NaN);

    /// <inheritdoc cref="Entry(float?, string)"/>
    public void Entry(bool? value, string property) => Append(value is { } flag ? (flag ? 1 : 0) : float.NaN);

    /// <summary>Ends a feature that is an array.</summary>
    public void EndArray()
    {
        // An array without entries is there in no name.
        _names ??= _count == _feature + 1 ? null : _features[..Math.Min(_feature, _count)];
        _feature++;
    }

    private readonly float Narrow(double value, string property)
    {
        float narrow = (float)value;
        return float.IsInfinity(narrow) && !double.IsInfinity(value)
            ? throw new GraincastException(
                SqlState.NumericValueOutOfRange,
                $"The value {value:g} of property {property} (feature \"{_features[_feature]}\") is out of range for type real.",
                "Features are single precision, up to 3.4e38: bound the value, or use the logarithm in training and prediction.")
            : narrow;
    }

    // Postgres goes by way of the digits, and a cast of .NET's may end one bit beside them.
    private static double ToDouble(decimal value)
    {
        Span<char> digits = stackalloc char[32];
        return value.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture)
            ? double.Parse(digits[..length], NumberStyles.Float, CultureInfo.InvariantCulture)
            : (double)value;
    }

    private void Append(float value)
    {
        if (_count == _numbers.Length)
        {
            int length = Math.Max(4, 2 * _count);
            Array.Resize(ref _numbers, length);
            if (_texts is not null)
            {
                Array.Resize(ref _texts, length);
            }
        }

        // The first entry beyond one a feature: from here on names stand beside the numbers.
        if (_names is null && _count != _feature)
        {
            _names = new string[_numbers.Length];
            _features.AsSpan(0, _feature).CopyTo(_names);
            _names.AsSpan(_feature, _count - _feature).Fill(_features[_feature]);
        }

        if (_names is not null)
        {
            if (_names.Length < _numbers.Length)
            {
                Array.Resize(ref _names, _numbers.Length);
            }

            _names[_count] = _features[_feature];
        }

        _numbers[_count++] = value;
    }

    private readonly FeatureRow ToRow()
    {
        if (_feature != _features.Length)
        {
            throw new InvalidOperationException($"WriteFeatures wrote {_feature} of {_features.Length} features.");
        }

        return new FeatureRow
        {
            Numbers = Cut(_numbers, _count),
            Texts = _texts is null ? null : Cut(_texts, _count),
            Names = _names is null ? _features : Cut(_names, _count),
        };
    }

    private static T[] Cut<T>(T[] array, int count) => array.Length == count ? array : array[..count];
}
