namespace Graincast.Scoring;

/// <summary>
/// Writes a tree ensemble. Splits get the places −splits … −1 and leaves 0 … leaves−1 of the whole forest; each split compares a
/// view, which is a feature with its missing values replaced.
/// </summary>
internal static class ForestWriter
{
    public static void Write(TreeLearner learner, ImageSections sections)
    {
        var splits = learner.Trees.Sum(tree => tree.Splits.Length);
        var views = new Dictionary<(int Feature, ViewRule Rule), int>();
        var split = -splits;
        var leaf = 0;
        sections.WriteAll(ImageSection.Numbers, learner.Base);
        sections[ImageSection.Numbers].Write(learner.Factor);
        foreach (var tree in learner.Trees)
        {
            ThrowIfInconsistent(tree, learner.Trees[0].LeafRows.Length > 0);
            WriteTree(tree, split, leaf, sections);
            foreach (var node in tree.Splits)
            {
                WriteNode(node.Threshold, ViewOf(node, views), Place(node.Right, split, leaf), Place(node.Left, split, leaf), sections);
            }

            sections.WriteAll(ImageSection.Numbers, tree.Leaves);
            WriteLeafRows(tree, sections);
            split += tree.Splits.Length;
            leaf += tree.Leaves.Length;
        }

        for (var place = 0; place < leaf; place++)
        {
            WriteNode(0, 0, place, place, sections);
        }

        foreach (var (feature, rule) in views.OrderBy(view => view.Value).Select(view => view.Key))
        {
            sections[ImageSection.Views].Write(feature);
            sections[ImageSection.Views].Write((int)rule);
        }
    }

    private static int Place(int child, int firstSplit, int firstLeaf) => child >= 0 ? firstSplit + child : firstLeaf + ~child;

    private static int ViewOf(Split node, Dictionary<(int Feature, ViewRule Rule), int> views)
    {
        var rule = node.Missing switch
        {
            MissingSplit.None => ViewRule.NaNIsZero,
            MissingSplit.Zero => node.DefaultLeft ? ViewRule.ZeroLeft : ViewRule.ZeroRight,
            MissingSplit.NaN => node.DefaultLeft ? ViewRule.NaNLeft : ViewRule.NaNRight,
            _ => throw new ArgumentException($"Missing values cannot be read as {node.Missing}."),
        };
        if (!views.TryGetValue((node.Feature, rule), out var view))
        {
            view = views.Count;
            views.Add((node.Feature, rule), view);
        }

        return view;
    }

    private static void WriteTree(Tree tree, int split, int leaf, ImageSections sections)
    {
        sections[ImageSection.Trees].Write(tree.Splits.Length > 0 ? split : leaf);
        sections[ImageSection.Trees].Write(tree.Splits.Length);
        sections[ImageSection.Trees].Write(tree.Output);
        sections[ImageSection.Trees].Write(0);
    }

    private static void WriteNode(float threshold, int view, int right, int left, ImageSections sections)
    {
        sections[ImageSection.Nodes].Write(threshold);
        sections[ImageSection.Nodes].Write(view);
        sections[ImageSection.Nodes].Write(right);
        sections[ImageSection.Nodes].Write(left);
    }

    private static void WriteLeafRows(Tree tree, ImageSections sections)
    {
        foreach (var rows in tree.LeafRows)
        {
            sections[ImageSection.Background].Write(rows);
        }
    }

    // Children must be checked here: places are the forest's, where a wrong child may be some other tree's.
    private static void ThrowIfInconsistent(Tree tree, bool hasRows)
    {
        if (tree.Leaves.Length != tree.Splits.Length + 1)
        {
            throw new ArgumentException($"A tree with {tree.Splits.Length} splits has {tree.Leaves.Length} leaves.");
        }

        if (tree.LeafRows.Length != (hasRows ? tree.Leaves.Length : 0))
        {
            throw new ArgumentException($"A tree with {tree.Leaves.Length} leaves has rows of {tree.LeafRows.Length}.");
        }

        for (var i = 0; i < tree.Splits.Length; i++)
        {
            if (!IsChild(tree.Splits[i].Left, i, tree) || !IsChild(tree.Splits[i].Right, i, tree))
            {
                throw new ArgumentException($"Split {i} leads to {tree.Splits[i].Left} and {tree.Splits[i].Right}: back, or out of its tree.");
            }
        }
    }

    private static bool IsChild(int child, int parent, Tree tree) =>
        child >= 0 ? child > parent && child < tree.Splits.Length : ~child < tree.Leaves.Length;
}
