using System.Text;

namespace Graincast.Onnx;

/// <summary>A Protocol Buffers message, field by field as onnx.proto numbers them.</summary>
internal sealed class ProtoMessage
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public ProtoMessage Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public ProtoMessage Float(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        _bytes.AddRange(BitConverter.GetBytes(value));
        return this;
    }

    public ProtoMessage Bytes(int field, byte[] value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public ProtoMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoMessage Message(int field, ProtoMessage value) => Bytes(field, value.ToArray());

    /// <summary>A field for each.</summary>
    public ProtoMessage All<T>(IEnumerable<T> values, Action<ProtoMessage, T> add)
    {
        foreach (var value in values)
        {
            add(this, value);
        }

        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }
}
