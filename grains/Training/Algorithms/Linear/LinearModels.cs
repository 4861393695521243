using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Puts weights into the form of an image.</summary>
internal static class LinearModels
{
    /// <param name="part">The rows that it was learnt from.</param>
    /// <param name="weights">Outputs × features, row-major.</param>
    /// <param name="intercepts">One an output.</param>
    /// <param name="link">How scores become answers.</param>
    public static Fitted Create(TrainingPart part, double[] weights, double[] intercepts, Link link)
    {
        var moments = FeatureMoments.Of(part);
        return new(new LinearLearner(weights, intercepts) { Mean = link == Link.Votes ? [] : moments.Mean }, link, intercepts.Length, new LinearNative(weights, intercepts))
        {
            Importance = FeatureImportance.OfWeights(weights, moments.Variance),
        };
    }

    /// <summary>The intercept that goes with weights found on centred features.</summary>
    public static double Intercept(ReadOnlySpan<double> weights, double[] mean, double targetMean)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            targetMean -= weights[i] * mean[i];
        }

        return targetMean;
    }
}
