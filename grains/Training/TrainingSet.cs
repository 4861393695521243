using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>The rows of a run at one of its parts, split and prepared.</summary>
/// <param name="Training">What is learnt from.</param>
/// <param name="EvaluationInputs">Inputs of this part's held-out rows; of its training rows when none are held out anywhere.</param>
/// <param name="EvaluationTargets">Regression: their labels.</param>
/// <param name="EvaluationClasses">Classification: their labels' indexes; −1 = a label that training never saw.</param>
/// <param name="EvaluationHashes">Their content hashes, ascending.</param>
/// <param name="TestRows">Of all parts; 0 = nothing was held out.</param>
/// <param name="Preparation">From inputs to features.</param>
/// <param name="Labels">The labels of the training rows.</param>
internal sealed record TrainingSet(
    TrainingPart Training,
    FloatTable EvaluationInputs,
    double[] EvaluationTargets,
    int[] EvaluationClasses,
    ulong[] EvaluationHashes,
    long TestRows,
    Preparation Preparation,
    LabelColumn Labels);
