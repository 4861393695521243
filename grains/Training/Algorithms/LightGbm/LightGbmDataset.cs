namespace Graincast.Training;

/// <summary>
/// A LightGBM data set of this part's rows, with bins that all parts share.
/// Infinities are learnt as the largest finite float32: a bin's bound must be a number.
/// </summary>
internal sealed unsafe class LightGbmDataset : IDisposable
{
    /// <param name="bins">Of the same parameters.</param>
    /// <param name="part">The rows.</param>
    /// <param name="rows">Which of its rows.</param>
    /// <param name="labels">One a row.</param>
    /// <param name="start">The score of each output that boosting starts from; none for a forest.</param>
    /// <param name="parameters">LightGBM's.</param>
    public LightGbmDataset(LightGbmBins bins, TrainingPart part, Range rows, ReadOnlySpan<float> labels, double[] start, string parameters)
    {
        var (first, count) = rows.GetOffsetAndLength(part.LocalRows);
        Handle = bins.CreateDataset(count, parameters);
        try
        {
            Push(part.Features, first, count);

            fixed (float* data = labels)
            {
                LightGbmApi.Check(LightGbmApi.DatasetSetField(Handle, "label", data, labels.Length, LightGbmApi.Float32));
            }

            if (part.Weights is { } weights)
            {
                fixed (float* data = Array.ConvertAll(weights[rows], weight => (float)weight))
                {
                    LightGbmApi.Check(LightGbmApi.DatasetSetField(Handle, "weight", data, count, LightGbmApi.Float32));
                }
            }

            if (start.Length == 0)
            {
                return;
            }

            // Output by output.
            using var scores = new NativeBuffer<double>(checked(start.Length * count));
            for (var output = 0; output < start.Length; output++)
            {
                scores.Span.Slice(output * count, count).Fill(start[output]);
            }

            fixed (double* data = scores.Span)
            {
                LightGbmApi.Check(LightGbmApi.DatasetSetField(Handle, "init_score", data, scores.Span.Length, LightGbmApi.Float64));
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

    private void Push(FloatTable features, int first, int count)
    {
        var chunk = new float[features.ChunkRows * features.Width];
        for (var pushed = 0; pushed < count; pushed += features.ChunkRows)
        {
            var rows = Math.Min(features.ChunkRows, count - pushed);
            features.CopyRows(first + pushed, chunk.AsSpan(0, rows * features.Width));
            foreach (ref var number in chunk.AsSpan(0, rows * features.Width))
            {
                number = Bound(number);
            }

            fixed (float* numbers = chunk)
            {
                LightGbmApi.Check(LightGbmApi.DatasetPushRows(Handle, numbers, LightGbmApi.Float32, rows, features.Width, pushed));
            }
        }
    }

    /// <summary>NaN stays NaN.</summary>
    public static float Bound(float value) => Math.Clamp(value, float.MinValue, float.MaxValue);
}
