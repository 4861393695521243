namespace Graincast.Onnx;

/// <summary>Small ONNX models of the forms that exporters make.</summary>
internal static class OnnxFiles
{
    private const string Ml = "ai.onnx.ml";

    /// <summary>The sum of weight · feature + <paramref name="intercept"/>, [rows, 1].</summary>
    public static byte[] Linear(float[] weights, float intercept) => new OnnxGraph()
        .Input("X", OnnxGraph.Float, -1, weights.Length)
        .Constant("weights", [weights.Length, 1], weights)
        .Constant("intercept", [1], intercept)
        .Node("MatMul", ["X", "weights"], ["products"])
        .Node("Add", ["products", "intercept"], ["variable"])
        .Output("variable", OnnxGraph.Float, -1, 1)
        .ToArray();

    /// <summary>The same in double precision, and [rows].</summary>
    public static byte[] DoubleLinear(double[] weights) => new OnnxGraph()
        .Input("X", OnnxGraph.Double, -1, weights.Length)
        .Constant("weights", [weights.Length], weights)
        .Node("MatMul", ["X", "weights"], ["sums"])
        .Output("sums", OnnxGraph.Double, -1)
        .ToArray();

    /// <summary>width + 10 · length₀ + 100 · length₁: an input a column, as of a scikit-learn pipeline on a data frame.</summary>
    public static byte[] Columns() => new OnnxGraph()
        .Input("width", OnnxGraph.Float, -1, 1)
        .Input("length", OnnxGraph.Float, -1, 2)
        .Constant("weights", [3, 1], 1, 10, 100)
        .Node("Concat", ["width", "length"], ["all"], "", new ProtoMessage().Text(1, "axis").Number(3, 1).Number(20, 2))
        .Node("MatMul", ["all", "weights"], ["sum"])
        .Output("sum", OnnxGraph.Float, -1, 1)
        .ToArray();

    /// <summary>Softmax of (0, feature), or of whatever <paramref name="end"/> is, with no labels: as of a network.</summary>
    public static byte[] Network(string end = "Softmax") => new OnnxGraph()
        .Input("X", OnnxGraph.Float, -1, 1)
        .Constant("weights", [1, 2], 0, 1)
        .Node("MatMul", ["X", "weights"], ["logits"])
        .Node(end, ["logits"], ["probabilities"])
        .Output("probabilities", OnnxGraph.Float, -1, 2)
        .ToArray();

    /// <summary>
    /// One split: feature 1 ≤ 0.5 has the probabilities 0.9 and 0.1 of the two labels, else 0.25 and 0.75. The label besides, as skl2onnx makes it.
    /// </summary>
    /// <param name="labels">Attribute classlabels_int64s or classlabels_strings, of two.</param>
    /// <param name="isZipped">Maps instead of a tensor.</param>
    public static byte[] Stump(Array labels, bool isZipped)
    {
        var isText = labels is string[];
        var classes = labels is string[] texts ? OnnxGraph.Attribute("classlabels_strings", texts) : OnnxGraph.Attribute("classlabels_int64s", (long[])labels);
        var graph = new OnnxGraph().Input("X", OnnxGraph.Float, -1, 2);
        graph.Node(
            "TreeEnsembleClassifier", ["X"], ["label", "probabilities"], Ml,
            classes,
            OnnxGraph.Attribute("nodes_treeids", 0L, 0, 0),
            OnnxGraph.Attribute("nodes_nodeids", 0L, 1, 2),
            OnnxGraph.Attribute("nodes_featureids", 1L, 0, 0),
            OnnxGraph.Attribute("nodes_modes", "BRANCH_LEQ", "LEAF", "LEAF"),
            OnnxGraph.Attribute("nodes_values", 0.5f, 0, 0),
            OnnxGraph.Attribute("nodes_truenodeids", 1L, 0, 0),
            OnnxGraph.Attribute("nodes_falsenodeids", 2L, 0, 0),
            // Of two classes ONNX Runtime wants the second one's alone, under the first number: the first one's are what is left of 1.
            OnnxGraph.Attribute("class_treeids", 0L, 0),
            OnnxGraph.Attribute("class_nodeids", 1L, 2),
            OnnxGraph.Attribute("class_ids", 0L, 0),
            OnnxGraph.Attribute("class_weights", 0.1f, 0.75f));
        graph.Output("label", isText ? OnnxGraph.String : OnnxGraph.Int64, -1);
        return isZipped
            ? graph.Node("ZipMap", ["probabilities"], ["maps"], Ml, classes).MapsOutput("maps", isText ? OnnxGraph.String : OnnxGraph.Int64).ToArray()
            : graph.Output("probabilities", OnnxGraph.Float, -1, 2).ToArray();
    }
}
