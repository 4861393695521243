using Microsoft.ML.OnnxRuntime;

namespace Graincast.Onnx;

/// <summary>Rows as the tensors that a model reads.</summary>
internal static class OnnxRows
{
    /// <summary>A tensor an input, of its part of each row; the caller disposes them.</summary>
    public static OrtValue[] Split(ReadOnlyMemory<float> numbers, IReadOnlyList<OnnxInput> inputs, int width)
    {
        var rows = numbers.Length / width;
        var tensors = new OrtValue[inputs.Count];
        var first = 0;
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = inputs[i].IsDouble
                ? Tensor(Array.ConvertAll(Part(numbers.Span, rows, width, first, inputs[i].Width), number => (double)number), rows, inputs[i])
                : Tensor(Part(numbers.Span, rows, width, first, inputs[i].Width), rows, inputs[i]);
            first += inputs[i].Width;
        }

        return tensors;
    }

    private static float[] Part(ReadOnlySpan<float> numbers, int rows, int width, int first, int count)
    {
        var part = new float[rows * count];
        for (var row = 0; row < rows; row++)
        {
            numbers.Slice((row * width) + first, count).CopyTo(part.AsSpan(row * count));
        }

        return part;
    }

    private static OrtValue Tensor<T>(T[] numbers, int rows, OnnxInput input)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(numbers, [rows, .. input.Shape]);
}
