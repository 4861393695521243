using System.Text;

namespace Graincast.Training;

/// <summary>A LightGBM model in its own form.</summary>
internal sealed unsafe class LightGbmBooster : INativeModel, IDisposable
{
    // The kernel adds the same doubles in the same order; no difference was ever seen. The bound leaves room for another order of addition.
    private const double Rounding = 1e-12;

    private readonly nint _handle;
    private readonly double[] _start;
    private readonly int _kind;

    public LightGbmBooster(LightGbmDataset dataset, string parameters)
    {
        nint handle;
        LightGbmApi.Check(LightGbmApi.BoosterCreate(dataset.Handle, parameters, &handle));
        _handle = handle;
        _start = [];
    }

    /// <param name="text">What LightGBM wrote in this process; never a text from elsewhere, which can end the process.</param>
    /// <param name="start">The score of each output that boosting started from, which the text does not have.</param>
    /// <param name="isAveraged">A forest: LightGBM divides by the number of trees when asked for answers, not when asked for raw scores.</param>
    public LightGbmBooster(string text, double[] start, bool isAveraged = false)
    {
        nint handle;
        int iterations;
        LightGbmApi.Check(LightGbmApi.BoosterLoadModelFromString(text, &iterations, &handle));
        _handle = handle;
        _start = start;
        _kind = isAveraged ? LightGbmApi.Answer : LightGbmApi.RawScore;
    }

    /// <param name="parameters">To change before; null = none.</param>
    /// <returns>False when no tree could be grown any more.</returns>
    public bool Update(string? parameters)
    {
        if (parameters is not null)
        {
            LightGbmApi.Check(LightGbmApi.BoosterResetParameter(_handle, parameters));
        }

        int finished;
        LightGbmApi.Check(LightGbmApi.BoosterUpdateOneIter(_handle, &finished));
        return finished == 0;
    }

    /// <summary>The model as LightGBM writes it to files.</summary>
    public string Text()
    {
        long needed;
        LightGbmApi.Check(LightGbmApi.BoosterSaveModelToString(_handle, 0, -1, 0, 0, &needed, null));
        var buffer = new byte[needed];
        fixed (byte* bytes = buffer)
        {
            LightGbmApi.Check(LightGbmApi.BoosterSaveModelToString(_handle, 0, -1, 0, buffer.Length, &needed, bytes));
        }

        // The last byte is the terminator.
        return Encoding.UTF8.GetString(buffer, 0, (int)needed - 1);
    }

    public void Score(ReadOnlySpan<float> features, int rows, Span<double> scores, Span<double> allowed)
    {
        long length;
        fixed (float* data = features)
        fixed (double* result = scores)
        {
            LightGbmApi.Check(LightGbmApi.BoosterPredictForMat(_handle, data, LightGbmApi.Float32, rows, features.Length / rows, 1, _kind,
                0, -1, "num_threads=1 verbosity=-1", &length, result));
        }

        if (length != (long)rows * _start.Length)
        {
            throw new GraincastException(SqlState.InternalError, $"LightGBM gave {length} scores for {rows} rows of {_start.Length}");
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = _start[i % _start.Length] + scores[i];
            allowed[i] = Rounding * Math.Max(1, Math.Abs(scores[i]));
        }
    }

    public void Dispose() => LightGbmApi.Check(LightGbmApi.BoosterFree(_handle));
}
