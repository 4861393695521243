using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>The bins of every feature, the same at all parts: the root makes them of <see cref="LightGbmSample"/> and sends them out.</summary>
internal sealed unsafe class LightGbmBins(byte[] reference)
{
    // kZeroThreshold: LightGBM's samples leave zeros out.
    private const double Zero = 1e-35f;

    // The number of classes is that of initial scores; with some, boosting would not start from the average.
    private const int NoInitialScores = 0;

    public static LightGbmBins Create(TrainingPart part, string parameters)
    {
        var sample = LightGbmSample.Gather(part);
        return new LightGbmBins(part.Ranks.Broadcast(part.Ranks.IsRoot ? Serialize(sample, part, parameters) : []));
    }

    /// <summary>A data set with room for some rows.</summary>
    public nint CreateDataset(int rows, string parameters)
    {
        nint handle;
        fixed (byte* bytes = reference)
        {
            LightGbmApi.Check(LightGbmApi.DatasetCreateFromSerializedReference(bytes, reference.Length, rows, NoInitialScores, parameters, &handle));
        }

        return handle;
    }

    private static byte[] Serialize(LightGbmSample sample, TrainingPart part, string parameters)
    {
        // How many rows it has does not matter, but there must be one.
        var reference = CreateReference(sample, part, parameters);
        nint buffer = 0;
        try
        {
            int length;
            LightGbmApi.Check(LightGbmApi.DatasetSerializeReferenceToBinary(reference, &buffer, &length));
            var bytes = new byte[length];
            for (var i = 0; i < length; i++)
            {
                LightGbmApi.Check(LightGbmApi.ByteBufferGetAt(buffer, i, out bytes[i]));
            }

            return bytes;
        }
        finally
        {
            if (buffer != 0)
            {
                LightGbmApi.Check(LightGbmApi.ByteBufferFree(buffer));
            }

            LightGbmApi.Check(LightGbmApi.DatasetFree(reference));
        }
    }

    private static nint CreateReference(LightGbmSample sample, TrainingPart part, string parameters)
    {
        var counts = new int[part.Width];
        var samples = (double**)NativeMemory.AllocZeroed((nuint)part.Width, (nuint)sizeof(double*));
        var rows = (int**)NativeMemory.AllocZeroed((nuint)part.Width, (nuint)sizeof(int*));
        try
        {
            for (var column = 0; column < part.Width; column++)
            {
                samples[column] = (double*)NativeMemory.Alloc((nuint)sample.Count, sizeof(double));
                rows[column] = (int*)NativeMemory.Alloc((nuint)sample.Count, sizeof(int));
            }

            for (var row = 0; row < sample.Count; row++)
            {
                var features = sample.Rows.AsSpan(row * part.Width, part.Width);
                for (var column = 0; column < features.Length; column++)
                {
                    if (Math.Abs(features[column]) > Zero || float.IsNaN(features[column]))
                    {
                        samples[column][counts[column]] = LightGbmDataset.Bound(features[column]);
                        rows[column][counts[column]++] = row;
                    }
                }
            }

            nint handle;
            fixed (int* perColumn = counts)
            {
                LightGbmApi.Check(LightGbmApi.DatasetCreateFromSampledColumn(samples, rows, part.Width, perColumn, sample.Count, 1, part.Rows, parameters, &handle));
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
