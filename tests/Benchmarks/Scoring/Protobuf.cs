using System.Buffers.Binary;
using System.Text;

namespace Graincast.Benchmarks.Scoring;

/// <summary>Writes a message of Protocol Buffers, field by field.</summary>
internal sealed class Protobuf
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;
    private readonly List<byte> _bytes = [];

    public Protobuf Number(int field, int value)
    {
        Tag(field, Varint);
        Write((ulong)value);
        return this;
    }

    public Protobuf Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public Protobuf Message(int field, Protobuf value) => Bytes(field, value.ToArray());

    public Protobuf Numbers(int field, IEnumerable<int> values) => values.Aggregate(this, (message, value) => message.Number(field, value));

    public Protobuf Texts(int field, IEnumerable<string> values) => values.Aggregate(this, (message, value) => message.Text(field, value));

    public Protobuf Floats(int field, IEnumerable<float> values)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (var value in values)
        {
            Tag(field, Fixed32);
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            _bytes.AddRange(bytes);
        }
        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    private Protobuf Bytes(int field, byte[] value)
    {
        Tag(field, LengthDelimited);
        Write((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    private void Tag(int field, int type) => Write((ulong)((field << 3) | type));

    private void Write(ulong value)
    {
        for (; value > 0x7F; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }
        _bytes.Add((byte)value);
    }
}
