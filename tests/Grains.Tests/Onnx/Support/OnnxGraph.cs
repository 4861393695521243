using System.Runtime.InteropServices;

namespace Graincast.Onnx;

/// <summary>An ONNX file, written by hand as exporters write theirs.</summary>
internal sealed class OnnxGraph
{
    public const int Float = 1;
    public const int Int64 = 7;
    public const int String = 8;
    public const int Double = 11;

    private readonly ProtoMessage _graph = new();

    /// <summary>A node; attributes by <see cref="Attribute(string, long[])"/> and its like.</summary>
    public OnnxGraph Node(string op, string[] inputs, string[] outputs, string domain = "", params ProtoMessage[] attributes)
    {
        _graph.Message(1, new ProtoMessage()
            .All(inputs, (node, name) => node.Text(1, name))
            .All(outputs, (node, name) => node.Text(2, name))
            .Text(3, outputs[0])
            .Text(4, op)
            .All(attributes, (node, attribute) => node.Message(5, attribute))
            .Text(7, domain));
        return this;
    }

    /// <summary>A constant of as many numbers as its dimensions say.</summary>
    public OnnxGraph Constant(string name, long[] dimensions, params float[] numbers) => Constant(name, dimensions, Float, MemoryMarshal.AsBytes<float>(numbers).ToArray());

    /// <inheritdoc cref="Constant(string, long[], float[])"/>
    public OnnxGraph Constant(string name, long[] dimensions, double[] numbers) => Constant(name, dimensions, Double, MemoryMarshal.AsBytes<double>(numbers).ToArray());

    /// <summary>A constant that another file holds.</summary>
    public OnnxGraph ElsewhereConstant(string name, long[] dimensions, string file)
    {
        _graph.Message(5, new ProtoMessage()
            .All(dimensions, (tensor, size) => tensor.Number(1, size))
            .Number(2, Float)
            .Text(8, name)
            .Message(13, new ProtoMessage().Text(1, "location").Text(2, file))
            .Number(14, 1));
        return this;
    }

    /// <param name="name">Of the tensor.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="dimensions">−1 = left open.</param>
    public OnnxGraph Input(string name, int type, params long[] dimensions) => Value(11, name, Tensor(type, dimensions));

    /// <inheritdoc cref="Input"/>
    public OnnxGraph Output(string name, int type, params long[] dimensions) => Value(12, name, Tensor(type, dimensions));

    /// <summary>What ZipMap makes: a sequence of maps from label to float.</summary>
    public OnnxGraph MapsOutput(string name, int keyType)
    {
        var map = new ProtoMessage().Message(5, new ProtoMessage().Number(1, keyType).Message(2, Tensor(Float, [])));
        return Value(12, name, new ProtoMessage().Message(4, new ProtoMessage().Message(1, map)));
    }

    public byte[] ToArray() => new ProtoMessage()
        .Number(1, 8)
        .Text(2, "graincast tests")
        .Message(7, _graph.Text(2, "graph"))
        .Message(8, new ProtoMessage().Text(1, "").Number(2, 13))
        .Message(8, new ProtoMessage().Text(1, "ai.onnx.ml").Number(2, 3))
        .ToArray();

    public static ProtoMessage Attribute(string name, params long[] values) => new ProtoMessage().Text(1, name).All(values, (attribute, value) => attribute.Number(8, value)).Number(20, 7);

    public static ProtoMessage Attribute(string name, params float[] values) => new ProtoMessage().Text(1, name).All(values, (attribute, value) => attribute.Float(7, value)).Number(20, 6);

    public static ProtoMessage Attribute(string name, params string[] values) => new ProtoMessage().Text(1, name).All(values, (attribute, value) => attribute.Text(9, value)).Number(20, 8);

    private OnnxGraph Constant(string name, long[] dimensions, int type, byte[] numbers)
    {
        _graph.Message(5, new ProtoMessage().All(dimensions, (tensor, size) => tensor.Number(1, size)).Number(2, type).Text(8, name).Bytes(9, numbers));
        return this;
    }

    private OnnxGraph Value(int field, string name, ProtoMessage type)
    {
        _graph.Message(field, new ProtoMessage().Text(1, name).Message(2, type));
        return this;
    }

    private static ProtoMessage Tensor(int type, long[] dimensions)
    {
        var shape = new ProtoMessage().All(dimensions, (all, size) => all.Message(1, size < 0 ? new ProtoMessage().Text(2, "rows") : new ProtoMessage().Number(1, size)));
        return new ProtoMessage().Message(1, new ProtoMessage().Number(1, type).Message(2, shape));
    }
}
