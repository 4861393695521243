namespace Graincast.Onnx;

/// <summary>A tensor that an ONNX model reads: rows × <paramref name="Shape"/>, <paramref name="Width"/> numbers a row.</summary>
internal sealed record OnnxInput(string Name, long[] Shape, int Width, bool IsDouble);
