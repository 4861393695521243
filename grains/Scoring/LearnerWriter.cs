namespace Graincast.Scoring;

/// <summary>Writes a learner's numbers and trees.</summary>
internal static class LearnerWriter
{
    public static LearnerKind Write(Learner learner, int outputs, int features, ImageSections sections)
    {
        var matrix = (long)outputs * features;
        switch (learner)
        {
            case LinearLearner linear:
                ThrowUnless(linear.Weights.LongLength == matrix && linear.Intercepts.Length == outputs, "linear learner", outputs, features);
                ThrowUnless(linear.Mean.Length == 0 || linear.Mean.Length == features, "mean row", outputs, features);
                sections.WriteAll(ImageSection.Numbers, linear.Weights);
                sections.WriteAll(ImageSection.Numbers, linear.Intercepts);
                sections.WriteAll(ImageSection.Background, linear.Mean);
                return LearnerKind.Linear;
            case CentroidLearner centroid:
                ThrowUnless(centroid.Centroids.LongLength == matrix, "centroid learner", outputs, features);
                sections.WriteAll(ImageSection.Numbers, centroid.Centroids);
                return LearnerKind.Centroids;
            case ComponentLearner component:
                ThrowUnless(component.Components.LongLength == matrix && component.Mean.Length == features, "component learner", outputs, features);
                sections.WriteAll(ImageSection.Numbers, component.Mean);
                sections.WriteAll(ImageSection.Numbers, component.Components);
                return LearnerKind.Components;
            case TreeLearner trees:
                ThrowUnless(trees.Base.Length == outputs, "tree learner", outputs, features);
                ForestWriter.Write(trees, sections);
                return LearnerKind.Trees;
            case ExternalLearner external:
                sections[ImageSection.External].Write(external.Model);
                return LearnerKind.External;
            default:
                throw new ArgumentException($"The image format has no {learner.GetType().Name}.");
        }
    }

    private static void ThrowUnless(bool fits, string what, int outputs, int features)
    {
        if (!fits)
        {
            throw new ArgumentException($"The {what}'s numbers are not those of {outputs} outputs and {features} features.");
        }
    }
}
