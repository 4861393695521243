using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Graincast.Scoring;

/// <summary>The native kernel, native/score.h. Calls without a GC transition hold up every collection: for microseconds only.</summary>
internal static unsafe partial class Kernel
{
    public const int MessageBytes = 512;

    private const string Library = "graincast_score";

    /// <summary>gc_model.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Model
    {
        public byte* Image;
        public ulong SizeBytes;
        public uint Task;
        public uint Columns;
        public uint Inputs;
        public uint Features;
        public uint Outputs;
        public uint Labels;
        public uint Learner;
        public uint Link;
        public Sections Section;
        public Sections SectionBytes;
        public uint Answers;
        public void* Quick;
    }

    /// <summary>gc_simd.</summary>
    public enum Simd
    {
        None = 0,
        Avx2 = 1,
        Avx512 = 2,
    }

    [InlineArray(16)]
    public struct Sections
    {
        private ulong _first;
    }

    /// <summary>gc_column.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Column
    {
        public byte* Name;
        public uint NameBytes;
        public uint Kind;
        public uint Missing;
        public uint Unknown;
        public uint FirstInput;
        public uint Width;
    }

    /// <summary>gc_label.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Label
    {
        public byte* Name;
        public uint NameBytes;
        public double Value;
    }

    [LibraryImport(Library, EntryPoint = "gc_open")]
    public static partial int Open(byte* image, nuint sizeBytes, Model* model, byte* message, nuint messageBytes);

    [LibraryImport(Library, EntryPoint = "gc_column_at")]
    public static partial void ColumnAt(Model* model, uint column, Column* result);

    [LibraryImport(Library, EntryPoint = "gc_label_at")]
    public static partial void LabelAt(Model* model, uint label, Label* result);

    [LibraryImport(Library, EntryPoint = "gc_simd_best")]
    public static partial Simd SimdBest();

    [LibraryImport(Library, EntryPoint = "gc_quick_bytes")]
    public static partial nuint QuickBytes(Model* model);

    [LibraryImport(Library, EntryPoint = "gc_quicken")]
    public static partial void Quicken(Model* model, void* memory, Simd simd);

    [LibraryImport(Library, EntryPoint = "gc_work_bytes")]
    public static partial nuint WorkBytes(Model* model);

    [LibraryImport(Library, EntryPoint = "gc_category")]
    [SuppressGCTransition]
    public static partial float Category(Model* model, uint column, byte* text, nuint textBytes);

    [LibraryImport(Library, EntryPoint = "gc_predict")]
    [SuppressGCTransition]
    public static partial float Predict(Model* model, float* inputs, byte* work);

    [LibraryImport(Library, EntryPoint = "gc_predict_joint")]
    public static partial void PredictJoint(Model* model, float* inputs, float* answers, byte* work);

    [LibraryImport(Library, EntryPoint = "gc_predict_proba")]
    public static partial void PredictProba(Model* model, float* inputs, float* probabilities, byte* work);

    [LibraryImport(Library, EntryPoint = "gc_scores")]
    public static partial void Scores(Model* model, float* inputs, double* scores, byte* work);

    [LibraryImport(Library, EntryPoint = "gc_predict_batch")]
    public static partial void PredictBatch(Model* model, float* inputs, nuint rows, float* answers, byte* work);

    [LibraryImport(Library, EntryPoint = "gc_answer")]
    public static partial float Answer(Model* model, double* scores);

    [LibraryImport(Library, EntryPoint = "gc_probabilities")]
    public static partial void Probabilities(Model* model, double* scores, float* probabilities);

    [LibraryImport(Library, EntryPoint = "gc_explains")]
    public static partial int Explains(Model* model);

    [LibraryImport(Library, EntryPoint = "gc_explain_work_bytes")]
    public static partial nuint ExplainWorkBytes(Model* model);

    [LibraryImport(Library, EntryPoint = "gc_explain_row")]
    public static partial void ExplainRow(Model* model, float* inputs, byte* work);

    [LibraryImport(Library, EntryPoint = "gc_explain_output")]
    public static partial void ExplainOutput(Model* model, uint output, double* contributions, double* baseScore, byte* work);

    [LibraryImport(Library, EntryPoint = "gc_explain_leaf")]
    public static partial int ExplainLeaf(Model* model, double* contributions, double* baseScore, byte* work);
}
