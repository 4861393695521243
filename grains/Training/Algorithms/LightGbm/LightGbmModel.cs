using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>What a LightGBM model's text says, version v3 or v4, block by block. The text may be anybody's.</summary>
internal sealed class LightGbmModel
{
    private readonly List<Tree> _trees = [];
    private readonly double[] _gains;
    private bool _hasGains = true;

    /// <exception cref="GraincastException">22023: a value is missing or wrong. 0A000: another version.</exception>
    public LightGbmModel(LightGbmBlock head)
    {
        Head = head;
        if (head.Text("version") is not ("v3" or "v4"))
        {
            throw new GraincastException(
                SqlState.FeatureNotSupported, $"a model in version \"{LightGbmBlock.Shown(head.Text("version"))}\" of LightGBM's text cannot be imported", "Versions: v3, v4. Load and save the model with LightGBM 4.");
        }

        Outputs = head.Integer("num_tree_per_iteration", 1, ImageLayout.MaxOutputs);
        Features = head.Integer("max_feature_idx", 0, ImageLayout.MaxColumns - 1) + 1;
        _gains = new double[Features];
    }

    public LightGbmBlock Head { get; }

    /// <summary>The answer is the mean of an output's trees, not their sum.</summary>
    public bool IsAveraged => Head.Has("average_output");

    public int Outputs { get; }

    public int Features { get; }

    /// <summary>Shrinkage is in their leaves already. Trees take turns: tree i belongs to output i mod outputs.</summary>
    public IReadOnlyList<Tree> Trees => _trees;

    /// <summary>What the splits by each feature gained, over all trees; empty = the text does not say.</summary>
    public double[] Gains => _hasGains ? _gains : [];

    /// <exception cref="GraincastException">22023: a value is missing or wrong, or this is no tree. 0A000: a categorical or linear one.</exception>
    public void Add(LightGbmBlock block)
    {
        block.Integer("Tree", _trees.Count, _trees.Count);
        var tree = LightGbmTree.Read(block, _trees.Count % Outputs, Features);
        _trees.Add(tree);
        if (tree.Splits.Length > 0)
        {
            _hasGains &= block.Has("split_gain");
            FeatureImportance.AddGains(tree.Splits.Select(split => split.Feature), _hasGains ? block.Numbers("split_gain", tree.Splits.Length) : [], _gains);
        }
    }
}
