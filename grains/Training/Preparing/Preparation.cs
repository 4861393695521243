using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>From a row's inputs to the learner's features: fill, encode, scale. The same arithmetic as the kernel's, number for number.</summary>
internal sealed class Preparation
{
    private readonly bool _isIdentity;

    public Preparation(IReadOnlyList<ImageColumn> columns)
    {
        Columns = columns;
        FeatureNames = [.. columns.SelectMany(column => Enumerable.Repeat(column.Name, FeaturesOf(column)))];
        _isIdentity = columns.All(column => column.Fill.Length == 0 && column.Center.Length == 0 && column.Encoder == Encoder.None);
    }

    /// <summary>For the image.</summary>
    public IReadOnlyList<ImageColumn> Columns { get; }

    /// <summary>The column that each feature comes from.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    public static int FeaturesOf(ImageColumn column) => column.Encoder switch
    {
        Encoder.OneHot => column.Categories.Count,
        Encoder.Value => 1,
        _ => column.Width,
    };

    /// <summary>The features of every row; the same table when there is nothing to prepare.</summary>
    public FloatTable Apply(FloatTable inputs)
    {
        if (_isIdentity)
        {
            return inputs;
        }

        var features = new FloatTable(inputs.Rows, FeatureNames.Count);
        for (var row = 0; row < inputs.Rows; row++)
        {
            Apply(inputs.Row(row), features.Row(row));
        }

        return features;
    }

    private void Apply(ReadOnlySpan<float> inputs, Span<float> features)
    {
        foreach (var column in Columns)
        {
            var count = FeaturesOf(column);
            var own = features[..count];
            Encode(column, inputs, own);
            for (var i = 0; i < column.Center.Length; i++)
            {
                own[i] = (float)((own[i] - column.Center[i]) * column.Scale[i]);
            }

            inputs = inputs[column.Width..];
            features = features[count..];
        }
    }

    private static void Encode(ImageColumn column, ReadOnlySpan<float> inputs, Span<float> features)
    {
        if (column.Encoder == Encoder.None)
        {
            for (var i = 0; i < column.Width; i++)
            {
                features[i] = float.IsNaN(inputs[i]) && column.Fill.Length > 0 ? column.Fill[i] : inputs[i];
            }

            return;
        }

        var number = inputs[0];
        if (!(number >= 0 && number < column.Categories.Count && number == MathF.Floor(number)))
        {
            number = column.Fill.Length > 0 ? column.Fill[0] : column.Unknown;
        }

        if (column.Encoder == Encoder.Value)
        {
            features[0] = float.IsNaN(number) ? float.NaN : column.Categories[(int)number].Value;
            return;
        }

        features.Clear();
        if (!float.IsNaN(number))
        {
            features[(int)number] = 1;
        }
    }
}
