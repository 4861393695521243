using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>Statistics of one feature over the training part of all nodes; NaN does not count. Quantiles interpolate linearly, as numpy's do.</summary>
internal sealed class ValueStatistics
{
    private readonly Communicator _ranks;
    private readonly float[] _sorted;
    private readonly long _count;

    /// <param name="table">This part's training rows.</param>
    /// <param name="feature">Its place in a row.</param>
    /// <param name="ranks">The parts.</param>
    public ValueStatistics(FloatTable table, int feature, Communicator ranks)
    {
        var values = new List<float>(table.Rows);
        for (var row = 0; row < table.Rows; row++)
        {
            var value = table.Row(row)[feature];
            if (!float.IsNaN(value))
            {
                // −0 and 0 are one value.
                values.Add(value + 0f);
            }
        }

        values.Sort();
        _ranks = ranks;
        _sorted = [.. values];
        _count = ranks.Sum((long)_sorted.Length);
    }

    public bool IsEmpty => _count == 0;

    public double Min => At(0)[0];

    public double Max => At(_count - 1)[0];

    public double Mean => _ranks.Sum(_sorted.Sum(value => (double)value)) / _count;

    public double Median => Quantile(0.5);

    /// <summary>Population standard deviation.</summary>
    public double Deviation
    {
        get
        {
            var mean = Mean;
            return Math.Sqrt(_ranks.Sum(_sorted.Sum(value => (value - mean) * (value - mean))) / _count);
        }
    }

    /// <summary>The most frequent value; of several the smallest. Every different value travels with its count.</summary>
    public double Mode
    {
        get
        {
            var own = _sorted.CountBy(value => value).Select(pair => new ValueCount(pair.Key, pair.Value)).ToArray();
            return _ranks.AllGather<ValueCount>(own).SelectMany(part => part)
                .GroupBy(pair => pair.Value, pair => (long)pair.Count)
                .OrderBy(group => group.Key)
                .MaxBy(group => group.Sum())!.Key;
        }
    }

    /// <summary>The value at a rank, the lower one of two.</summary>
    public double MiddleValue => At((_count - 1) / 2)[0];

    public double Quantile(double share)
    {
        var position = share * (_count - 1);
        var below = (long)position;
        var values = At(below, Math.Min(below + 1, _count - 1));
        return values[0] + (position - below) * (values[1] - values[0]);
    }

    private double[] At(params long[] places) =>
        Array.ConvertAll(Selection.KeysAt(_ranks, Array.ConvertAll(_sorted, Key), places), key => (double)Value(key));

    // Floats as integers of the same order.
    private static uint Key(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
    }

    private static float Value(uint key) => BitConverter.UInt32BitsToSingle((key & 0x8000_0000) != 0 ? key & 0x7FFF_FFFF : ~key);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct ValueCount(float Value, int Count);
}
