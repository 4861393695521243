using System.Runtime.InteropServices;
using System.Text;

namespace Graincast.Benchmarks.Scoring;

/// <summary>Trees grown and asked by LightGBM's own C API, one thread.</summary>
internal sealed unsafe partial class LightGbmTrees : IDisposable
{
    private const string Library = "lib_lightgbm";
    private const int Float32 = 0;
    private const int RawScore = 1;
    private const string OneThread = "num_threads=1 verbosity=-1";

    private readonly nint _booster;
    private readonly nint _singleRow;
    private readonly int _features;

    /// <param name="rows">rows × features, row-major.</param>
    /// <param name="targets">One a row.</param>
    /// <param name="trees">How many.</param>
    /// <param name="leaves">Of a tree, at most.</param>
    public LightGbmTrees(float[] rows, float[] targets, int trees, int leaves)
    {
        _features = rows.Length / targets.Length;
        nint dataset;
        fixed (float* data = rows)
        fixed (float* labels = targets)
        {
            Check(DatasetCreateFromMat(data, Float32, targets.Length, _features, 1, OneThread, 0, &dataset));
            Check(DatasetSetField(dataset, "label", labels, targets.Length, Float32));
        }
        nint booster;
        Check(BoosterCreate(dataset, $"objective=regression boost_from_average=false learning_rate=0.1 num_leaves={leaves} {OneThread}", &booster));
        for (var tree = 0; tree < trees; tree++)
        {
            int finished;
            Check(BoosterUpdateOneIter(booster, &finished));
        }
        Check(DatasetFree(dataset));
        nint singleRow;
        Check(BoosterPredictForMatSingleRowFastInit(booster, RawScore, 0, -1, Float32, _features, OneThread, &singleRow));
        _booster = booster;
        _singleRow = singleRow;
    }

    /// <summary>The model as LightGBM writes it to files.</summary>
    public string Text()
    {
        long neededBytes;
        Check(BoosterSaveModelToString(_booster, 0, -1, 0, 0, &neededBytes, null));
        var text = new byte[neededBytes];
        fixed (byte* bytes = text)
        {
            Check(BoosterSaveModelToString(_booster, 0, -1, 0, text.Length, &neededBytes, bytes));
        }
        return Encoding.UTF8.GetString(text, 0, text.Length - 1);
    }

    public double Predict(ReadOnlySpan<float> row)
    {
        long length;
        double score;
        fixed (float* data = row)
        {
            Check(BoosterPredictForMatSingleRowFast(_singleRow, data, &length, &score));
        }
        return score;
    }

    public void PredictBatch(ReadOnlySpan<float> rows, Span<double> scores)
    {
        long length;
        fixed (float* data = rows)
        fixed (double* results = scores)
        {
            Check(BoosterPredictForMat(_booster, data, Float32, scores.Length, _features, 1, RawScore, 0, -1, OneThread, &length, results));
        }
    }

    public void Dispose()
    {
        Check(FastConfigFree(_singleRow));
        Check(BoosterFree(_booster));
    }

    private static void Check(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"LightGBM failed: {Marshal.PtrToStringUTF8(GetLastError())}");
        }
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial nint GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetCreateFromMat(void* data, int type, int rows, int columns, int rowMajor, string parameters, nint reference, nint* dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DatasetSetField(nint dataset, string field, void* data, int length, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    private static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterCreate(nint dataset, string parameters, nint* booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    private static partial int BoosterUpdateOneIter(nint booster, int* finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    private static partial int BoosterSaveModelToString(nint booster, int firstIteration, int iterations, int importance, long bufferBytes,
        long* neededBytes, byte* text);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterPredictForMat(nint booster, void* data, int type, int rows, int columns, int rowMajor, int predictType,
        int firstIteration, int iterations, string parameters, long* length, double* result);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMatSingleRowFastInit", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BoosterPredictForMatSingleRowFastInit(nint booster, int predictType, int firstIteration, int iterations, int type, int columns,
        string parameters, nint* config);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMatSingleRowFast")]
    private static partial int BoosterPredictForMatSingleRowFast(nint config, void* row, long* length, double* result);

    [LibraryImport(Library, EntryPoint = "LGBM_FastConfigFree")]
    private static partial int FastConfigFree(nint config);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    private static partial int BoosterFree(nint booster);
}
