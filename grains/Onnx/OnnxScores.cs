using Graincast.Scoring;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Graincast.Onnx;

/// <summary>What a model answers: a tensor, or a sequence of maps from label to probability, one a row, as ZipMap makes it.</summary>
internal static class OnnxScores
{
    /// <summary>All numbers, row by row.</summary>
    /// <exception cref="GraincastException">0A000: it is neither.</exception>
    public static double[] Read(OrtValue value)
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
            scores.AddRange(Read(numbers));
        }

        return [.. scores];
    }

    /// <summary>The labels that the first row's map has; null of a tensor. Maps are sorted, so every row's are in this order.</summary>
    public static Label[]? ReadLabels(OrtValue value)
    {
        if (value.OnnxType == OnnxValueType.ONNX_TYPE_TENSOR || CountMaps(value) == 0)
        {
            return null;
        }

        using var map = value.GetValue(0, OrtAllocator.DefaultInstance);
        using var keys = map.GetValue(0, OrtAllocator.DefaultInstance);
        return keys.GetTensorTypeAndShape().ElementDataType == TensorElementType.String
            ? OnnxFile.Texts(keys.GetStringTensorAsArray())
            : OnnxFile.Numbers(keys.GetTensorDataAsSpan<long>().ToArray());
    }

    /// <summary>A label a row, as its text.</summary>
    /// <exception cref="GraincastException">0A000: they are neither integers nor texts.</exception>
    public static string[] ReadTexts(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.String => value.GetStringTensorAsArray(),
        TensorElementType.Int64 => [.. OnnxFile.Numbers(value.GetTensorDataAsSpan<long>().ToArray()).Select(label => label.Text)],
        var other => throw new GraincastException(SqlState.FeatureNotSupported, $"an ONNX model whose label is of type {other} cannot be imported", "Labels are int64 or string."),
    };

    private static int CountMaps(OrtValue value) => value.OnnxType == OnnxValueType.ONNX_TYPE_SEQUENCE
        ? value.GetValueCount()
        : throw new GraincastException(SqlState.FeatureNotSupported, "an ONNX model whose output is no tensor and no sequence of maps cannot be imported", "Convert it without ZipMap: options={'zipmap': False}.");
}
