namespace Graincast.Models;

/// <summary>Scores of models that the kernel does not score, by processes of this node.</summary>
public interface IScorers
{
    /// <summary>Raw scores, rows × outputs, of rows × inputs. 22023 when the model fails on them, 53200 and 57014 over a budget, 08006 when its process died twice.</summary>
    Task<double[]> ScoreAsync(ImageFile image, float[] inputs);
}
