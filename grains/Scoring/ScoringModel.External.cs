namespace Graincast.Scoring;

public sealed unsafe partial class ScoringModel
{
    /// <summary>Whether others score: <see cref="Scores"/> is NaN, and their scores become answers by <see cref="Answer"/> and <see cref="Probabilities"/>.</summary>
    public bool IsExternal => _image.Model->Learner == (uint)LearnerKind.External;

    /// <summary>A copy of the model that others score: the bytes of an ONNX file; empty unless it is such a one.</summary>
    public byte[] ExternalModel()
    {
        using var use = new Use(_image);
        return new ReadOnlySpan<byte>((byte*)use.Model->Section[(int)ImageSection.External], checked((int)use.Model->SectionBytes[(int)ImageSection.External])).ToArray();
    }

    /// <summary>What <see cref="Predict"/> answers for a row with these <see cref="Outputs"/> raw scores.</summary>
    public float Answer(ReadOnlySpan<double> scores)
    {
        ThrowIfLength(scores.Length, Outputs, "scores");
        using var use = new Use(_image);
        fixed (double* row = scores)
        {
            return Kernel.Answer(use.Model, row);
        }
    }

    /// <summary>What <see cref="PredictProba"/> gives for a row with these <see cref="Outputs"/> raw scores of a classification.</summary>
    public void Probabilities(ReadOnlySpan<double> scores, Span<float> probabilities)
    {
        ThrowIfLength(scores.Length, Outputs, "scores");
        ThrowIfLength(probabilities.Length, Labels.Count, "probabilities");
        using var use = new Use(_image);
        fixed (double* row = scores)
        fixed (float* results = probabilities)
        {
            Kernel.Probabilities(use.Model, row, results);
        }
    }
}
