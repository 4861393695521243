using Graincast.Scoring;
using Microsoft.ML.OnnxRuntime;

namespace Graincast.Benchmarks.Scoring;

/// <summary>Trees asked by ONNX Runtime, one thread.</summary>
internal sealed class OnnxTrees : IDisposable
{
    private const string Input = "features";
    private const string Output = "prediction";
    private const int Float32 = 1;
    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
    private readonly RunOptions _run = new();
    private readonly InferenceSession _session;
    private readonly int _features;

    public OnnxTrees(TreeLearner learner, int features)
    {
        _session = new InferenceSession(Model(learner), _options);
        _features = features;
    }

    /// <param name="rows">rows × features, row-major.</param>
    /// <returns>One a row.</returns>
    public float[] PredictBatch(float[] rows)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length / _features, _features]);
        using var output = _session.Run(_run, [Input], [input], [Output]);
        return output[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
        _options.Dispose();
    }

    // onnx.proto3: field numbers of ModelProto, GraphProto, NodeProto, ValueInfoProto, TypeProto.
    private static byte[] Model(TreeLearner learner)
    {
        var graph = new Protobuf().Message(1, Node(learner)).Text(2, "trees").Message(11, Tensor(Input)).Message(12, Tensor(Output));
        return new Protobuf()
            .Number(1, 8)
            .Message(7, graph)
            .Message(8, new Protobuf().Text(1, "").Number(2, 17))
            .Message(8, new Protobuf().Text(1, "ai.onnx.ml").Number(2, 3))
            .ToArray();
    }

    private static Protobuf Tensor(string name)
    {
        var shape = new Protobuf().Message(1, new Protobuf().Text(2, "rows")).Message(1, new Protobuf().Text(2, $"columns of {name}"));
        return new Protobuf().Text(1, name).Message(2, new Protobuf().Message(1, new Protobuf().Number(1, Float32).Message(2, shape)));
    }

    private static Protobuf Node(TreeLearner learner)
    {
        // A tree's nodes: its splits, then its leaves.
        var nodes = learner.Trees.Index().SelectMany(tree => Enumerable.Range(0, tree.Item.Splits.Length + tree.Item.Leaves.Length).Select(node => (tree.Index, Tree: tree.Item, Node: node))).ToList();
        var splits = nodes.Select(node => node.Node < node.Tree.Splits.Length ? node.Tree.Splits[node.Node] : (Split?)null).ToList();
        var leaves = nodes.Where(node => node.Node >= node.Tree.Splits.Length).ToList();
        return new Protobuf().Text(1, Input).Text(2, Output).Text(4, "TreeEnsembleRegressor").Text(7, "ai.onnx.ml")
            .Message(5, Attribute("n_targets", 2).Number(3, 1))
            .Message(5, Attribute("nodes_treeids", 7).Numbers(8, nodes.Select(node => node.Index)))
            .Message(5, Attribute("nodes_nodeids", 7).Numbers(8, nodes.Select(node => node.Node)))
            .Message(5, Attribute("nodes_modes", 8).Texts(9, splits.Select(split => split is null ? "LEAF" : "BRANCH_LEQ")))
            .Message(5, Attribute("nodes_featureids", 7).Numbers(8, splits.Select(split => split?.Feature ?? 0)))
            .Message(5, Attribute("nodes_values", 6).Floats(7, splits.Select(split => split?.Threshold ?? 0)))
            .Message(5, Attribute("nodes_truenodeids", 7).Numbers(8, nodes.Zip(splits, (node, split) => Child(node.Tree, split?.Left))))
            .Message(5, Attribute("nodes_falsenodeids", 7).Numbers(8, nodes.Zip(splits, (node, split) => Child(node.Tree, split?.Right))))
            .Message(5, Attribute("target_treeids", 7).Numbers(8, leaves.Select(leaf => leaf.Index)))
            .Message(5, Attribute("target_nodeids", 7).Numbers(8, leaves.Select(leaf => leaf.Node)))
            .Message(5, Attribute("target_ids", 7).Numbers(8, leaves.Select(_ => 0)))
            .Message(5, Attribute("target_weights", 6).Floats(7, leaves.Select(leaf => (float)leaf.Tree.Leaves[leaf.Node - leaf.Tree.Splits.Length])));
    }

    // AttributeProto: name and type.
    private static Protobuf Attribute(string name, int type) => new Protobuf().Text(1, name).Number(20, type);

    private static int Child(Tree tree, int? child) => child is not { } known ? 0 : known >= 0 ? known : tree.Splits.Length + ~known;
}
