using System.Numerics.Tensors;

namespace Graincast.Training;

/// <summary>
/// Least squares of one target as its moments tell it. Whoever changes the weights through it keeps the features' products with the residual, so that
/// no further pass over the rows is needed.
/// </summary>
internal sealed class GramProblem
{
    private readonly double[] _gram;

    /// <param name="moments">Of one target.</param>
    /// <param name="targetSquares">Σ (y − mean)².</param>
    /// <param name="weight">Of all parts' rows.</param>
    public GramProblem(Moments moments, double targetSquares, double weight)
    {
        _gram = moments.Gram.AsColumnMajorArray();
        Moments = moments;
        TargetSquares = targetSquares;
        Weight = weight;
        Width = moments.Mean.Length;
        Cross = moments.Cross.Column(0).ToArray();
        Products = [.. Cross];
        Weights = new double[Width];
        Varying = [.. Enumerable.Range(0, Width).Where(feature => moments.Varies(feature, weight))];
    }

    public Moments Moments { get; }

    public double TargetSquares { get; }

    /// <summary>Of all parts' rows.</summary>
    public double Weight { get; }

    public int Width { get; }

    /// <summary>Xᵀy, centred.</summary>
    public double[] Cross { get; }

    /// <summary>Features that can have a weight.</summary>
    public int[] Varying { get; }

    public double[] Weights { get; }

    /// <summary>Xᵀ(y − Xw), centred.</summary>
    public double[] Products { get; }

    /// <summary>‖y − Xw‖².</summary>
    public double ResidualSquares => Math.Max(0, TargetSquares - TensorPrimitives.Dot<double>(Weights, Cross) - TensorPrimitives.Dot<double>(Weights, Products));

    /// <summary>Σ (y − mean)² needs its own pass: moments have none of the target.</summary>
    public static GramProblem Of(TrainingPart part, bool fitIntercept)
    {
        var moments = Moments.Of(part, 1, (row, _) => part.Targets[row], fitIntercept);
        var squares = part.Sum(1, (row, sum) => sum[0] += (part.Targets[row] - moments.TargetMean[0]) * (part.Targets[row] - moments.TargetMean[0]))[0];
        return new GramProblem(moments, squares, part.Weight);
    }

    /// <summary>A feature's products with all features.</summary>
    public ReadOnlySpan<double> Line(int feature) => _gram.AsSpan(feature * Width, Width);

    public void Add(int feature, double change)
    {
        Weights[feature] += change;
        TensorPrimitives.MultiplyAdd(Line(feature), -change, Products, Products);
    }

    /// <summary>Sets a weight; a zero is exact.</summary>
    public void Set(int feature, double weight)
    {
        Add(feature, weight - Weights[feature]);
        Weights[feature] = weight;
    }

    public Fitted Model(TrainingPart part) => LinearModels.Create(part, Weights, [LinearModels.Intercept(Weights, Moments.Mean, Moments.TargetMean[0])], Graincast.Scoring.Link.Identity);
}
