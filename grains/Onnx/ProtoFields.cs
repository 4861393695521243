using System.Buffers.Binary;

namespace Graincast.Onnx;

/// <summary>The fields of a Protocol Buffers message, front to back. Whatever the bytes are: an end, a field or 22023.</summary>
internal ref struct ProtoFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Of the field that was read last.</summary>
    public int Number { get; private set; }

    /// <summary>The field's number, of the kinds that are numbers; else 0.</summary>
    public ulong Value { get; private set; }

    /// <summary>The field's text, bytes, message or packed numbers; empty of a number.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The next field; false at the end.</summary>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong tag = Varint();
        (Number, Value) = ((int)Math.Min(tag >> 3, int.MaxValue), 0);
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Value = Varint();
                break;
            case 1:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(Varint());
                break;
            case 5:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Malformed();
        }

        return Number > 0 ? true : throw Malformed();
    }

    /// <summary>The field's numbers: one, or those that are packed in its bytes.</summary>
    public readonly List<long> Integers()
    {
        if (Bytes.IsEmpty)
        {
            return [(long)Value];
        }

        var packed = new ProtoFields(Bytes);
        var integers = new List<long>();
        while (!packed._rest.IsEmpty)
        {
            integers.Add((long)packed.Varint());
        }

        return integers;
    }

    public static GraincastException Malformed() => new(
        SqlState.InvalidParameter, "these bytes are no ONNX model", "Pass the bytes of an .onnx file, of LightGBM's text, or what pgml.export_model gave.");

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw Malformed();
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
