using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>
/// A LightGBM data set. Bins come from a sample of the rows with the smallest content hashes, never from the order of arrival: the way
/// that several nodes can share. Infinities are learnt as the largest finite float32: a bin's bound must be a number.
/// </summary>
internal sealed unsafe class LightGbmDataset : IDisposable
{
    // bin_construct_sample_cnt's default.
    private const int SampleRows = 200_000;

    // kZeroThreshold: LightGBM's samples leave zeros out.
    private const double Zero = 1e-35f;

    public LightGbmDataset(TrainingPart part, float[] labels, string parameters)
    {
        Handle = CreateWithBins(part, parameters);
        try
        {
            for (var block = 0; block < part.Features.Blocks; block++)
            {
                var bounded = Array.ConvertAll(part.Features.Block(block).ToArray(), Bound);
                fixed (float* rows = bounded)
                {
                    LightGbmApi.Check(LightGbmApi.DatasetPushRows(Handle, rows, LightGbmApi.Float32, part.Features.RowsOf(block), part.Width, part.Features.FirstRow(block)));
                }
            }

            fixed (float* data = labels)
            {
                LightGbmApi.Check(LightGbmApi.DatasetSetField(Handle, "label", data, labels.Length, LightGbmApi.Float32));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public nint Handle { get; }

    public void Dispose() => LightGbmApi.Check(LightGbmApi.DatasetFree(Handle));

    // NaN stays NaN.
    private static float Bound(float value) => Math.Clamp(value, float.MinValue, float.MaxValue);

    private static nint CreateWithBins(TrainingPart part, string parameters)
    {
        var sampled = Math.Min(part.Rows, SampleRows);
        var counts = new int[part.Width];
        var samples = (double**)NativeMemory.AllocZeroed((nuint)part.Width, (nuint)sizeof(double*));
        var rows = (int**)NativeMemory.AllocZeroed((nuint)part.Width, (nuint)sizeof(int*));
        try
        {
            for (var column = 0; column < part.Width; column++)
            {
                samples[column] = (double*)NativeMemory.Alloc((nuint)sampled, sizeof(double));
                rows[column] = (int*)NativeMemory.Alloc((nuint)sampled, sizeof(int));
            }

            for (var row = 0; row < sampled; row++)
            {
                var features = part.Features.Row(row);
                for (var column = 0; column < features.Length; column++)
                {
                    if (Math.Abs(features[column]) > Zero || float.IsNaN(features[column]))
                    {
                        samples[column][counts[column]] = Bound(features[column]);
                        rows[column][counts[column]++] = row;
                    }
                }
            }

            nint handle;
            fixed (int* perColumn = counts)
            {
                LightGbmApi.Check(LightGbmApi.DatasetCreateFromSampledColumn(samples, rows, part.Width, perColumn, sampled, part.Rows, part.Rows, parameters, &handle));
            }

            return handle;
        }
        finally
        {
            for (var column = 0; column < part.Width; column++)
            {
                NativeMemory.Free(samples[column]);
                NativeMemory.Free(rows[column]);
            }

            NativeMemory.Free(samples);
            NativeMemory.Free(rows);
        }
    }
}
