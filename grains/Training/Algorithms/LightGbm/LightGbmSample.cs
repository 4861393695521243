using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>
/// The rows from which bins are made: those with the smallest content hashes of all parts, gathered at the root in the order of their hashes. So the
/// bins depend neither on the order of arrival nor on who holds which rows.
/// </summary>
/// <param name="Rows">Row-major features; none but at the root.</param>
/// <param name="Count">Rows.</param>
internal sealed record LightGbmSample(float[] Rows, int Count)
{
    // bin_construct_sample_cnt's default.
    public const int MaxRows = 200_000;

    public static LightGbmSample Gather(TrainingPart part)
    {
        var own = Selection.CountSmallest(part.Ranks, [part.Hashes], [Math.Min(part.Rows, MaxRows)])[0];
        var features = new float[own * part.Width];
        for (var row = 0; row < own; row++)
        {
            part.Features.Row(row).CopyTo(features.AsSpan(row * part.Width));
        }

        if (part.Ranks.Size == 1)
        {
            return new LightGbmSample(features, own);
        }

        var hashes = part.Ranks.Gather(MemoryMarshal.AsBytes<ulong>(part.Hashes.AsSpan(0, own))).SelectMany(bytes => MemoryMarshal.Cast<byte, ulong>(bytes).ToArray()).ToArray();
        var rows = part.Ranks.Gather(MemoryMarshal.AsBytes<float>(features));
        return part.Ranks.IsRoot ? InOrder(hashes, rows, part.Width) : new LightGbmSample([], 0);
    }

    private static LightGbmSample InOrder(ulong[] hashes, byte[][] rows, int width)
    {
        var all = rows.SelectMany(bytes => MemoryMarshal.Cast<byte, float>(bytes).ToArray()).ToArray();
        var order = Enumerable.Range(0, hashes.Length).ToArray();
        Array.Sort(hashes, order);
        var sorted = new float[all.Length];
        for (var row = 0; row < order.Length; row++)
        {
            all.AsSpan(order[row] * width, width).CopyTo(sorted.AsSpan(row * width));
        }

        return new LightGbmSample(sorted, order.Length);
    }
}
