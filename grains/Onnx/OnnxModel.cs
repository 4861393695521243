using Graincast.Scoring;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Graincast.Onnx;

/// <summary>
/// An ONNX model in ONNX Runtime, on one thread. It is native code that reads what users bring: to be used in a process of its own only.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private const int MaxInputs = 1 << 20;
    private const int ShownChars = 1000;

    private const string Forms = "Inputs: tensors of float or double, [rows, features], with the number of features told and that of rows left open. Outputs: one number a row, or probabilities "
        + "[rows, classes] (also as skl2onnx's ZipMap), with or without the label.";

    private readonly InferenceSession _session;
    private readonly OnnxScores _reader;
    private readonly RunOptions _run = new();
    private readonly string _scores;
    private readonly string? _label;

    private OnnxModel(InferenceSession session, IReadOnlyList<Label[]> lists)
    {
        (_session, _reader) = (session, new OnnxScores(lists));
        Inputs = [.. session.InputNames.Select(InputOf)];
        long width = Inputs.Sum(input => (long)input.Width);
        if (width is 0 or > MaxInputs)
        {
            throw NotOffered($"has {Inputs.Count} inputs of {width} numbers in all");
        }

        Width = (int)width;

        var isScores = session.OutputMetadata.ToLookup(output => IsNumbers(output.Value) || !output.Value.IsTensor, output => output.Key);
        (_scores, _label) = (isScores[true].ToArray(), isScores[false].ToArray()) switch
        {
            ([var scores], []) => (scores, null),
            ([var scores], [var label]) => (scores, label),
            _ => throw NotOffered($"has the outputs {string.Join(", ", session.OutputMetadata.Select(output => Show(output.Key, output.Value)))}"),
        };
    }

    public IReadOnlyList<OnnxInput> Inputs { get; }

    /// <summary>Numbers of a row, of all inputs.</summary>
    public int Width { get; }

    /// <summary>Whether it says a label of a row, too.</summary>
    public bool HasLabel => _label is not null;

    /// <param name="onnx">The bytes of the file.</param>
    /// <param name="lists">The orders of labels that may be those of its scores, where they are maps and so have none.</param>
    /// <exception cref="GraincastException">22023: ONNX Runtime cannot load it. 0A000: its inputs or outputs are not those of a table's rows.</exception>
    public static OnnxModel Load(byte[] onnx, IReadOnlyList<Label[]> lists)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.use_deterministic_compute", "1");
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(onnx, options);
            return new OnnxModel(session, lists);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                "ONNX Runtime cannot load the model",
                "Pass an .onnx file of standard operators that this release's ONNX Runtime knows; save it for an older opset if it is newer.",
                Shown(exception),
                exception);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Scores of rows × <see cref="Width"/> numbers, row by row: <paramref name="outputs"/> of each.</summary>
    /// <exception cref="GraincastException">22023: the model fails on them.</exception>
    public double[] Score(ReadOnlyMemory<float> numbers, int outputs)
    {
        var scores = Run(numbers, [_scores], results => _reader.Read(results[0]));
        var rows = numbers.Length / Width;
        return scores.Length == rows * outputs
            ? scores
            : throw new GraincastException(SqlState.InvalidParameter, $"the ONNX model gives {scores.Length} numbers for {rows} rows, not {outputs} for each", "Pass the rows one by one, or export it so that a row's answer does not depend on the rows beside it.");
    }

    /// <summary>All scores of rows, the labels that they are of, where they say it themselves, and the text of the label that each row has.</summary>
    /// <exception cref="GraincastException">22023: the model fails on them.</exception>
    public (double[] Scores, Label[]? Labels, string[] Chosen) ScoreWithLabels(ReadOnlyMemory<float> numbers) => Run(
        numbers,
        _label is null ? [_scores] : [_scores, _label],
        outputs => (_reader.Read(outputs[0]), _reader.ReadLabels(outputs[0]), outputs.Count > 1 ? OnnxScores.ReadTexts(outputs[1]) : []));

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private T Run<T>(ReadOnlyMemory<float> numbers, string[] outputs, Func<IReadOnlyList<OrtValue>, T> read)
    {
        if (numbers.Length == 0 || numbers.Length % Width != 0)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"{numbers.Length} numbers are no rows of {Width}", "Pass as many numbers a row as the model reads.");
        }

        var values = OnnxRows.Split(numbers, Inputs, Width);
        try
        {
            using var results = _session.Run(_run, [.. Inputs.Select(input => input.Name)], values, outputs);
            return read([.. results]);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new GraincastException(
                SqlState.InvalidParameter, "the ONNX model failed on the rows", "Try them with ONNX Runtime elsewhere: it says the same.", Shown(exception), exception);
        }
        finally
        {
            foreach (var value in values)
            {
                value.Dispose();
            }
        }
    }

    private OnnxInput InputOf(string name)
    {
        var input = _session.InputMetadata[name];
        if (!IsNumbers(input) || input.Dimensions is not [-1, _, ..] || input.Dimensions.Skip(1).Any(size => size < 1))
        {
            throw NotOffered($"has the input {Show(name, input)}");
        }

        var shape = input.Dimensions.Skip(1).Select(size => (long)size).ToArray();
        var width = shape.Aggregate(1L, (product, size) => Math.Min(product * size, MaxInputs + 1));
        return new OnnxInput(name, shape, (int)width, input.ElementDataType == TensorElementType.Double);
    }

    private static bool IsNumbers(NodeMetadata metadata) => metadata.IsTensor && metadata.ElementDataType is TensorElementType.Float or TensorElementType.Double;

    private static string Show(string name, NodeMetadata metadata) => metadata.IsTensor
        ? $"\"{name}\" {metadata.ElementDataType.ToString().ToLowerInvariant()}[{string.Join(", ", metadata.Dimensions.Select(size => size < 0 ? "?" : $"{size}"))}]"
        : $"\"{name}\" {metadata.OnnxValueType.ToString()["ONNX_TYPE_".Length..].ToLowerInvariant()}";

    private static GraincastException NotOffered(string what) => new(SqlState.FeatureNotSupported, $"an ONNX model that {what} cannot be imported", Forms);

    private static string Shown(OnnxRuntimeException exception) => exception.Message.Length > ShownChars ? exception.Message[..ShownChars] : exception.Message;
}
