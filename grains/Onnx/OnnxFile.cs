using System.Globalization;
using System.Text;
using Graincast.Scoring;

namespace Graincast.Onnx;

/// <summary>What an ONNX file (onnx.proto of the ONNX standard) says that ONNX Runtime does not tell or check.</summary>
internal static class OnnxFile
{
    // As deep as Google's own reader goes.
    private const int MaxDepth = 100;
    private const int ExternalLocation = 1;

    /// <summary>The messages that tensors and nodes can be in, and tensors.</summary>
    private enum Message
    {
        Model,
        Graph,
        Function,
        Training,
        Node,
        Attribute,
        SparseTensor,
        Tensor,
    }

    /// <summary>The lists of class labels that the file's nodes have, in their order: of a number its value, of a text its place.</summary>
    /// <exception cref="GraincastException">22023: the bytes are no ONNX file. 0A000: it has data in other files, which ONNX Runtime would read wherever the silo may.</exception>
    public static List<Label[]> ReadClassLabels(ReadOnlySpan<byte> onnx)
    {
        var lists = new List<Label[]>();
        Walk(Message.Model, onnx, lists, 0);
        return lists;
    }

    /// <summary>Labels that are numbers.</summary>
    public static Label[] Numbers(IEnumerable<long> values) => [.. values.Select(value => new Label(value.ToString(CultureInfo.InvariantCulture), value))];

    /// <summary>Labels that are texts.</summary>
    public static Label[] Texts(IEnumerable<string> texts) => [.. texts.Select((text, place) => new Label(text, place))];

    private static void Walk(Message message, ReadOnlySpan<byte> bytes, List<Label[]> lists, int depth)
    {
        if (depth > MaxDepth)
        {
            throw ProtoFields.Malformed();
        }

        if (message == Message.Attribute)
        {
            AddClassLabels(bytes, lists);
        }

        var fields = new ProtoFields(bytes);
        while (fields.Read())
        {
            if (message == Message.Tensor && (fields.Number == 13 || (fields.Number == 14 && fields.Value == ExternalLocation)))
            {
                throw new GraincastException(
                    SqlState.FeatureNotSupported, "an ONNX model with data in other files cannot be imported", "Save it as one file: onnx.save_model(model, path, save_as_external_data=False).");
            }

            if (Inside(message, fields.Number) is { } inner)
            {
                Walk(inner, fields.Bytes, lists, depth + 1);
            }
        }
    }

    private static Message? Inside(Message message, int field) => (message, field) switch
    {
        (Message.Model, 7) or (Message.Training, 1 or 2) or (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.Model, 20) => Message.Training,
        (Message.Model, 25) => Message.Function,
        (Message.Graph, 1) or (Message.Function, 7) => Message.Node,
        (Message.Node, 5) or (Message.Function, 11) => Message.Attribute,
        (Message.Graph, 15) or (Message.Attribute, 22 or 23) => Message.SparseTensor,
        (Message.Graph, 5) or (Message.Attribute, 5 or 10) or (Message.SparseTensor, 1 or 2) => Message.Tensor,
        _ => null,
    };

    // Of TreeEnsembleClassifier, LinearClassifier, SVMClassifier and ZipMap.
    private static void AddClassLabels(ReadOnlySpan<byte> attribute, List<Label[]> lists)
    {
        var name = "";
        var integers = new List<long>();
        var texts = new List<string>();
        var fields = new ProtoFields(attribute);
        while (fields.Read())
        {
            switch (fields.Number)
            {
                case 1:
                    name = Encoding.UTF8.GetString(fields.Bytes);
                    break;
                case 8:
                    integers.AddRange(fields.Integers());
                    break;
                case 9:
                    texts.Add(Encoding.UTF8.GetString(fields.Bytes));
                    break;
            }
        }

        if (name.StartsWith("classlabels_", StringComparison.Ordinal) && integers.Count + texts.Count > 0)
        {
            lists.Add(texts.Count > 0 ? Texts(texts) : Numbers(integers));
        }
    }
}
