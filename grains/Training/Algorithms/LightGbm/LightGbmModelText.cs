using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Reads a LightGBM model text. Strict: whatever the image cannot express is an error, not a guess.</summary>
internal static class LightGbmModelText
{
    /// <summary>
    /// The learner of a model that was just trained, shrinkage is in the leaves already, so factor 1; and what the splits by each feature gained, over all trees.
    /// </summary>
    /// <param name="text">The model.</param>
    /// <param name="start">The score of each output that boosting started from.</param>
    /// <param name="isAveraged">A forest: the answer is the trees' mean. Each leaf is divided by their number.</param>
    /// <exception cref="GraincastException">XX000: the text has something that is not expected.</exception>
    public static (TreeLearner Learner, double[] Gains) Read(string text, double[] start, bool isAveraged = false)
    {
        var model = ParseOwn(text);
        if (model.IsAveraged != isAveraged || model.Outputs != start.Length || model.Gains.Length == 0)
        {
            throw Unexpected($"{model.Outputs} outputs{(model.IsAveraged ? ", average_output" : "")}, gains of {model.Gains.Length} features");
        }

        var divisor = isAveraged ? model.Trees.Count / start.Length : 1;
        return (new TreeLearner([.. model.Trees.Select(tree => Adopt(tree, divisor))], start, 1), model.Gains);
    }

    /// <summary>All that the text says.</summary>
    /// <exception cref="GraincastException">22023: the text is malformed, with the line that is. 0A000: it has something that an image cannot express.</exception>
    public static LightGbmModel Parse(string text)
    {
        LightGbmModel? model = null;
        foreach (var block in Blocks(text))
        {
            if (model is null)
            {
                model = new LightGbmModel(block);
            }
            else
            {
                model.Add(block);
            }
        }

        return model is { Trees.Count: > 0 } && model.Trees.Count % model.Outputs == 0
            ? model
            : throw model!.Head.Wrong("num_tree_per_iteration", $"is {model.Outputs}, and the number of trees {model.Trees.Count}");
    }

    private static LightGbmModel ParseOwn(string text)
    {
        try
        {
            return Parse(text);
        }
        catch (GraincastException exception)
        {
            throw Unexpected(exception.Message, exception);
        }
    }

    // What follows the trees (counts of splits, LightGBM's parameters) scores nothing.
    private static IEnumerable<LightGbmBlock> Blocks(string text)
    {
        var block = new LightGbmBlock(1);
        var number = 0;
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            var line = text.AsMemory(start, end - start).TrimEnd('\r');
            start = end + 1;
            number++;
            if (line.Span is "end of trees")
            {
                yield return block;
                yield break;
            }

            if (line.Span.StartsWith("Tree="))
            {
                yield return block;
                block = new LightGbmBlock(number);
            }

            if (!line.IsEmpty)
            {
                block.Add(number, line);
            }
        }

        throw LightGbmBlock.Malformed(number, "the text ends without \"end of trees\"");
    }

    // Its parallel learner estimates the rows of a leaf, which may round to none.
    private static Tree Adopt(Tree tree, int divisor) => tree with
    {
        Leaves = Array.ConvertAll(tree.Leaves, value => value / divisor),
        LeafRows = Array.ConvertAll(tree.LeafRows, rows => Math.Max(1, rows)),
    };

    private static GraincastException Unexpected(string found, Exception? cause = null) =>
        new(SqlState.InternalError, "LightGBM's model has a form that an image does not", detail: found, innerException: cause);
}
