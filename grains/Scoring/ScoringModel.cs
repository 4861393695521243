using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Graincast.Scoring;

/// <summary>
/// An open image. A row is <see cref="Inputs"/> floats, NaN = missing; all answers are those that SQL gives, bit for bit.
/// Any number of threads may score at once; disposing while they do is safe.
/// </summary>
public sealed unsafe partial class ScoringModel : IDisposable
{
    private const int StackBytes = 8192;

    // A row of a larger image may take longer than a garbage collection should wait for a call without a GC transition.
    private const ulong QuickImageBytes = 1 << 20;

    private readonly ImageHandle _image;
    private readonly bool _isQuick;
    private readonly int _workBytes;

    private ScoringModel(ImageHandle image)
    {
        _image = image;
        _workBytes = checked((int)Kernel.WorkBytes(image.Model));
        _isQuick = image.Model->SizeBytes <= QuickImageBytes;
        Task = (ModelTask)image.Model->Task;
        Link = (Link)image.Model->Link;
        Inputs = (int)image.Model->Inputs;
        Features = (int)image.Model->Features;
        Outputs = (int)image.Model->Outputs;
        CanExplain = Kernel.Explains(image.Model) > 0;
        Answers = (int)image.Model->Answers;
        Sha256 = ImageHash.Name(new ReadOnlySpan<byte>(image.Model->Image, (int)image.Model->SizeBytes));
        MetadataJson = Text((byte*)image.Model->Section[(int)ImageSection.Metadata], image.Model->SectionBytes[(int)ImageSection.Metadata]);
        Columns = [.. Enumerable.Range(0, (int)image.Model->Columns).Select(ColumnAt)];
        Labels = [.. Enumerable.Range(0, (int)image.Model->Labels).Select(LabelAt)];
    }

    public ModelTask Task { get; }

    public Link Link { get; }

    /// <summary>Numbers a caller passes: columns, arrays flattened.</summary>
    public int Inputs { get; }

    /// <summary>Numbers the learner sees, after encoding.</summary>
    public int Features { get; }

    /// <summary>Raw scores of a row: 1, labels, clusters or components.</summary>
    public int Outputs { get; }

    /// <summary>Labels that were learnt together, 1 unless the model is joint. All else than <see cref="PredictJoint"/> is of the first of them.</summary>
    public int Answers { get; }

    /// <summary>The image's name: 64 lower-case hex digits.</summary>
    public string Sha256 { get; }

    public string MetadataJson { get; }

    public IReadOnlyList<ScoringColumn> Columns { get; }

    /// <summary>Class labels; empty unless the task is classification.</summary>
    public IReadOnlyList<Label> Labels { get; }

    /// <summary>Opens a copy of the bytes.</summary>
    /// <exception cref="InvalidImageException">The bytes are no sound image, or not the one that their hash names.</exception>
    public static ScoringModel Open(ReadOnlySpan<byte> image, bool verifyHash = true) => new(ImageHandle.Copy(image, verifyHash, Kernel.SimdBest()));

    /// <inheritdoc cref="Open(ReadOnlySpan{byte}, bool)"/>
    public static ScoringModel Open(byte[] image, bool verifyHash = true) => Open(image.AsSpan(), verifyHash);

    /// <summary>Opens a copy of the bytes, to be scored with narrower registers than there may be. For tests: answers are the same.</summary>
    internal static ScoringModel Open(ReadOnlySpan<byte> image, Kernel.Simd most) => new(ImageHandle.Copy(image, verifyHash: true, most));

    /// <summary>Maps a file, which must never be truncated or rewritten while it is open.</summary>
    /// <exception cref="InvalidImageException">The file is no sound image, or not the one that its hash names.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ScoringModel Open(string path, bool verifyHash = true) => new(ImageHandle.Map(path, verifyHash));

    /// <summary>The input number of a text in a text column, by the rules and in the words of SQL's predict; NaN stands for a text that training never saw.</summary>
    /// <exception cref="GraincastException">22023: it never saw it, and the answer would be NaN.</exception>
    public float TextInput(int column, string text)
    {
        var number = Category(column, text);
        return !float.IsNaN(number) || Columns[column].Unknown == MissingInput.Fill
            ? number
            : throw new GraincastException(
                SqlState.InvalidParameter,
                $"column \"{Columns[column].Name}\" has the text \"{text}\", which training has not seen",
                "Train with such rows, encode the column by one_hot or target, impute it by its mode, or train trees such as lightgbm, which take it as missing.");
    }

    /// <summary>The input number of a text in a text column; NaN when training never saw it.</summary>
    public float Category(int column, string text)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Columns.Count);
        // A zero behind the text, so that an empty one still has an address.
        var utf8 = Encoding.UTF8.GetBytes(text + '\0');
        using var use = new Use(_image);
        fixed (byte* bytes = utf8)
        {
            return Kernel.Category(use.Model, (uint)column, bytes, (nuint)(utf8.Length - 1));
        }
    }

    /// <summary>A row's answer: the value, the label's value, or the cluster's index; NaN for a decomposition or a NaN score.</summary>
    [SkipLocalsInit]
    public float Predict(ReadOnlySpan<float> inputs)
    {
        ThrowIfLength(inputs.Length, Inputs, "inputs");
        using var use = new Use(_image);
        using var work = new Work(_workBytes, stackalloc byte[_workBytes <= StackBytes ? StackBytes : 0]);
        fixed (float* row = inputs)
        fixed (byte* memory = work.Bytes)
        {
            if (_isQuick)
            {
                return Kernel.Predict(use.Model, row, memory);
            }

            float answer;
            Kernel.PredictBatch(use.Model, row, 1, &answer, memory);
            return answer;
        }
    }

    /// <summary>rows × <see cref="Inputs"/> floats, row by row → one answer a row, bit-equal to <see cref="Predict"/>.</summary>
    [SkipLocalsInit]
    public void PredictBatch(ReadOnlySpan<float> inputs, Span<float> answers)
    {
        if (inputs.Length != (long)answers.Length * Inputs)
        {
            throw new ArgumentException($"{answers.Length} rows of {Inputs} inputs are not {inputs.Length} numbers.");
        }

        using var use = new Use(_image);
        using var work = new Work(_workBytes, stackalloc byte[_workBytes <= StackBytes ? StackBytes : 0]);
        fixed (float* rows = inputs)
        fixed (float* results = answers)
        fixed (byte* memory = work.Bytes)
        {
            Kernel.PredictBatch(use.Model, rows, (nuint)answers.Length, results, memory);
        }
    }

    /// <summary><see cref="Answers"/> numbers for a row, the first being <see cref="Predict"/>'s.</summary>
    [SkipLocalsInit]
    public void PredictJoint(ReadOnlySpan<float> inputs, Span<float> answers)
    {
        ThrowIfLength(inputs.Length, Inputs, "inputs");
        ThrowIfLength(answers.Length, Answers, "answers");
        using var use = new Use(_image);
        using var work = new Work(_workBytes, stackalloc byte[_workBytes <= StackBytes ? StackBytes : 0]);
        fixed (float* row = inputs)
        fixed (float* results = answers)
        fixed (byte* memory = work.Bytes)
        {
            Kernel.PredictJoint(use.Model, row, results, memory);
        }
    }

    /// <summary>One probability a label, in <see cref="Labels"/>' order; they sum to 1 up to rounding.</summary>
    /// <exception cref="InvalidOperationException">The task is not classification.</exception>
    [SkipLocalsInit]
    public void PredictProba(ReadOnlySpan<float> inputs, Span<float> probabilities)
    {
        if (Task != ModelTask.Classification)
        {
            throw new InvalidOperationException("Only classification has probabilities.");
        }

        ThrowIfLength(inputs.Length, Inputs, "inputs");
        ThrowIfLength(probabilities.Length, Labels.Count, "probabilities");
        using var use = new Use(_image);
        using var work = new Work(_workBytes, stackalloc byte[_workBytes <= StackBytes ? StackBytes : 0]);
        fixed (float* row = inputs)
        fixed (float* results = probabilities)
        fixed (byte* memory = work.Bytes)
        {
            Kernel.PredictProba(use.Model, row, results, memory);
        }
    }

    /// <summary><see cref="Outputs"/> raw scores: margins before the link, squared distances to centroids, or components.</summary>
    [SkipLocalsInit]
    public void Scores(ReadOnlySpan<float> inputs, Span<double> scores)
    {
        ThrowIfLength(inputs.Length, Inputs, "inputs");
        ThrowIfLength(scores.Length, Outputs, "scores");
        using var use = new Use(_image);
        using var work = new Work(_workBytes, stackalloc byte[_workBytes <= StackBytes ? StackBytes : 0]);
        fixed (float* row = inputs)
        fixed (double* results = scores)
        fixed (byte* memory = work.Bytes)
        {
            Kernel.Scores(use.Model, row, results, memory);
        }
    }

    public void Dispose() => _image.Dispose();

    private static void ThrowIfLength(int actual, int expected, string what)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"The model has {expected} {what}, not {actual}.");
        }
    }

    private static string Text(byte* utf8, ulong bytes) => Encoding.UTF8.GetString(utf8, (int)bytes);

    private ScoringColumn ColumnAt(int index)
    {
        Kernel.Column column;
        Kernel.ColumnAt(_image.Model, (uint)index, &column);
        return new ScoringColumn(
            Text(column.Name, column.NameBytes), (ColumnKind)column.Kind, (MissingInput)column.Missing, (int)column.FirstInput, (int)column.Width, (MissingInput)column.Unknown);
    }

    private Label LabelAt(int index)
    {
        Kernel.Label label;
        Kernel.LabelAt(_image.Model, (uint)index, &label);
        return new Label(Text(label.Name, label.NameBytes), label.Value);
    }

    /// <summary>Holds the image in place for one call.</summary>
    private readonly ref struct Use : IDisposable
    {
        private readonly ImageHandle _image;

        public Use(ImageHandle image)
        {
            var added = false;
            image.DangerousAddRef(ref added);
            _image = image;
        }

        public Kernel.Model* Model => _image.Model;

        public void Dispose() => _image.DangerousRelease();
    }

    /// <summary>One call's work memory: the caller's stack when small, else rented, 8-byte aligned.</summary>
    private readonly ref struct Work : IDisposable
    {
        private readonly double[]? _rented;

        public Work(int sizeBytes, Span<byte> stack)
        {
            _rented = sizeBytes <= stack.Length ? null : ArrayPool<double>.Shared.Rent((sizeBytes + 7) / 8);
            Bytes = _rented is null ? stack : MemoryMarshal.AsBytes(_rented.AsSpan());
        }

        public Span<byte> Bytes { get; }

        public void Dispose()
        {
            if (_rented is not null)
            {
                ArrayPool<double>.Shared.Return(_rented);
            }
        }
    }
}
