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
        // LightGBM changes these tables: it puts pointers to memory of its own there. So they are not what is freed.
        var valuesOf = new double*[part.Width];
        var rowsOf = new int*[part.Width];
        var cells = (nuint)sample.Count * (nuint)part.Width;
        double* values = null;
        int* rows = null;
        try
        {
            values = (double*)NativeMemory.Alloc(cells, sizeof(double));
            rows = (int*)NativeMemory.Alloc(cells, sizeof(int));
            for (var column = 0; column < part.Width; column++)
            {
                valuesOf[column] = values + (nint)column * sample.Count;
                rowsOf[column] = rows + (nint)column * sample.Count;
            }

            for (var row = 0; row < sample.Count; row++)
            {
                var features = sample.Rows.AsSpan(row * part.Width, part.Width);
                for (var column = 0; column < features.Length; column++)
                {
                    if (Math.Abs(features[column]) > Zero || float.IsNaN(features[column]))
                    {
                        valuesOf[column][counts[column]] = LightGbmDataset.Bound(features[column]);
                        rowsOf[column][counts[column]++] = row;
                    }
                }
            }

            nint handle;
            fixed (double** valuesOfColumns = valuesOf)
            fixed (int** rowsOfColumns = rowsOf)
            fixed (int* perColumn = counts)
            {
                LightGbmApi.Check(LightGbmApi.DatasetCreateFromSampledColumn(valuesOfColumns, rowsOfColumns, part.Width, perColumn, sample.Count, 1, part.Rows, parameters, &handle));
            }

            return handle;
        }
        finally
        {
            NativeMemory.Free(values);
            NativeMemory.Free(rows);
        }
    }
}
