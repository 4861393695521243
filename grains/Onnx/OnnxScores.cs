using Graincast.Scoring;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Graincast.Onnx;

/// <summary>What a model answers: a tensor, or a sequence of maps from label to probability, one a row, as ZipMap makes it.</summary>
/// <param name="lists">The orders of labels that may be those of maps, which are sorted: that with the same labels is, else their own.</param>
internal sealed class OnnxScores(IReadOnlyList<Label[]> lists)
{
    // Of each label of the order its place in a map: ZipMap's labels are the model's, the same in every row of every answer.
    private int[]? _places;

    /// <summary>All numbers, row by row.</summary>
    /// <exception cref="GraincastException">0A000: it is neither.</exception>
    public double[] Read(OrtValue value)
    {
        if (value.OnnxType == OnnxValueType.ONNX_TYPE_TENSOR)
        {
            return value.GetTensorTypeAndShape().ElementDataType == TensorElementType.Double
                ? value.GetTensorDataAsSpan<double>().ToArray()
                : Array.ConvertAll(value.GetTensorDataAsSpan<float>().ToArray(), number => (double)number);
        }

        var scores = new List<double>();
        for (var row = 0; row < CountMaps(value); row++)
        {
            using var map = value.GetValue(row, OrtAllocator.DefaultInstance);
            using var numbers = map.GetValue(1, OrtAllocator.DefaultInstance);
            var sorted = Read(numbers);
            _places ??= Places(ReadKeys(map));
            scores.AddRange(sorted.Length == _places.Length ? _places.Select(place => sorted[place]) : sorted);
        }

        return [.. scores];
    }

    /// <summary>The labels that maps have, in the order of <see cref="Read"/>; null of a tensor. Every row's are those of the first one.</summary>
    public Label[]? ReadLabels(OrtValue value)
    {
        if (value.OnnxType == OnnxValueType.ONNX_TYPE_TENSOR || CountMaps(value) == 0)
        {
            return null;
        }

        using var map = value.GetValue(0, OrtAllocator.DefaultInstance);
        return Ordered(ReadKeys(map));
    }

    /// <summary>A label a row, as its text.</summary>
    /// <exception cref="GraincastException">0A000: they are neither integers nor texts.</exception>
    public static string[] ReadTexts(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.String => value.GetStringTensorAsArray(),
        TensorElementType.Int64 => [.. OnnxFile.Numbers(value.GetTensorDataAsSpan<long>().ToArray()).Select(label => label.Text)],
        var other => throw new GraincastException(SqlState.FeatureNotSupported, $"an ONNX model whose label is of type {other} cannot be imported", "Labels are int64 or string."),
    };

    private int[] Places(Label[] keys) =>
        [.. Ordered(keys).Select(label => Array.FindIndex(keys, key => key.Text == label.Text))];

    private Label[] Ordered(Label[] keys)
    {
        var texts = keys.Select(key => key.Text).ToHashSet(StringComparer.Ordinal);
        return lists.LastOrDefault(list => list.Length == keys.Length && texts.SetEquals(list.Select(label => label.Text))) ?? keys;
    }

    private static Label[] ReadKeys(OrtValue map)
    {
        using var keys = map.GetValue(0, OrtAllocator.DefaultInstance);
        return keys.GetTensorTypeAndShape().ElementDataType == TensorElementType.String
            ? OnnxFile.Texts(keys.GetStringTensorAsArray())
            : OnnxFile.Numbers(keys.GetTensorDataAsSpan<long>().ToArray());
    }

    private static int CountMaps(OrtValue value) => value.OnnxType == OnnxValueType.ONNX_TYPE_SEQUENCE
        ? value.GetValueCount()
        : throw new GraincastException(SqlState.FeatureNotSupported, "an ONNX model whose output is no tensor and no sequence of maps cannot be imported", "Convert it without ZipMap: options={'zipmap': False}.");
}
