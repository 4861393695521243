using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>LightGBM's C API, as far as it is used; LightGBM/c_api.h of release 4.7.0 (the library of package LightGBM; needs libgomp1).</summary>
internal static unsafe partial class LightGbmApi
{
    public const int Float32 = 0;
    public const int Float64 = 1;
    public const int Answer = 0;
    public const int RawScore = 1;

    private const string Library = "lib_lightgbm";

    /// <exception cref="GraincastException">XX000 with LightGBM's own words.</exception>
    public static void Check(int code)
    {
        if (code != 0)
        {
            throw new GraincastException(SqlState.InternalError, "LightGBM failed", detail: Marshal.PtrToStringUTF8((nint)GetLastError()) ?? "");
        }
    }

    /// <summary>LightGBM's messages say nothing that an error or our progress does not.</summary>
    public static void Silence() => Check(RegisterLogCallback(&Ignore));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(byte* message)
    {
    }

    [LibraryImport(Library, EntryPoint = "LGBM_GetLastError")]
    private static partial byte* GetLastError();

    [LibraryImport(Library, EntryPoint = "LGBM_RegisterLogCallback")]
    private static partial int RegisterLogCallback(delegate* unmanaged[Cdecl]<byte*, void> callback);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromSampledColumn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetCreateFromSampledColumn(double** samples, int** rows, int columns, int* samplesPerColumn, int sampleRows,
        int localRows, long allRows, string parameters, nint* dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSerializeReferenceToBinary")]
    public static partial int DatasetSerializeReferenceToBinary(nint dataset, nint* buffer, int* length);

    [LibraryImport(Library, EntryPoint = "LGBM_ByteBufferGetAt")]
    public static partial int ByteBufferGetAt(nint buffer, int index, out byte value);

    [LibraryImport(Library, EntryPoint = "LGBM_ByteBufferFree")]
    public static partial int ByteBufferFree(nint buffer);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetCreateFromSerializedReference", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetCreateFromSerializedReference(void* reference, int bytes, long rows, int classes, string parameters, nint* dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_NetworkInitWithFunctions")]
    public static partial int NetworkInitWithFunctions(int machines, int rank,
        delegate* unmanaged[Cdecl]<byte*, int, int, int*, int*, int, byte*, int, delegate* unmanaged[Cdecl]<byte*, byte*, int, int, void>*, void> reduceScatter,
        delegate* unmanaged[Cdecl]<byte*, int, int*, int*, int, byte*, int, void> allGather);

    [LibraryImport(Library, EntryPoint = "LGBM_NetworkFree")]
    public static partial int NetworkFree();

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetPushRows")]
    public static partial int DatasetPushRows(nint dataset, void* data, int type, int rows, int columns, int firstRow);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetSetField", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int DatasetSetField(nint dataset, string field, void* data, int length, int type);

    [LibraryImport(Library, EntryPoint = "LGBM_DatasetFree")]
    public static partial int DatasetFree(nint dataset);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterCreate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterCreate(nint dataset, string parameters, nint* booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterLoadModelFromString", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterLoadModelFromString(string text, int* iterations, nint* booster);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterResetParameter", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterResetParameter(nint booster, string parameters);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterUpdateOneIter")]
    public static partial int BoosterUpdateOneIter(nint booster, int* finished);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterSaveModelToString")]
    public static partial int BoosterSaveModelToString(nint booster, int firstIteration, int iterations, int importance, long bufferBytes,
        long* neededBytes, byte* text);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterPredictForMat", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BoosterPredictForMat(nint booster, void* data, int type, int rows, int columns, int rowMajor, int predictType,
        int firstIteration, int iterations, string parameters, long* length, double* result);

    [LibraryImport(Library, EntryPoint = "LGBM_BoosterFree")]
    public static partial int BoosterFree(nint booster);
}
