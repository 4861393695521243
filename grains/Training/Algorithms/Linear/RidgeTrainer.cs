using Graincast.Scoring;
using MathNet.Numerics.LinearAlgebra;

namespace Graincast.Training;

/// <summary>
/// Ridge regression (Hoerl, Kennard 1970): minimises Σ (y − w·x − b)² + alpha · Σ w², the intercept not penalised. For classification,
/// as scikit-learn's RidgeClassifier: each label against the rest as ±1, the largest score answers. A ridge score is no probability;
/// predict_proba gives the softmax of the scores (two labels: the logistic function of the one score), which orders rows rightly.
/// </summary>
internal sealed class RidgeTrainer : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        progress.Say($"ridge: normal equations of {part.Rows} rows, {part.Width} features");
        var outputs = part.ClassCount <= 2 ? 1 : part.ClassCount;
        Func<int, int, double> target = part.ClassCount switch
        {
            0 => (row, _) => part.Targets[row],
            2 => (row, _) => part.Classes[row] == 1 ? 1 : -1,
            _ => (row, k) => part.Classes[row] == k ? 1 : -1,
        };
        var moments = Moments.Of(part, outputs, target, settings.Boolean("fit_intercept"));
        var solution = Solve(moments, settings.Real("alpha"), part.Weight);
        var weights = new double[outputs * part.Width];
        var intercepts = new double[outputs];
        for (var k = 0; k < outputs; k++)
        {
            var own = solution.Column(k).ToArray();
            own.CopyTo(weights, k * part.Width);
            intercepts[k] = LinearModels.Intercept(own, moments.Mean, moments.TargetMean[k]);
        }

        var link = part.ClassCount == 0 ? Link.Identity : outputs == 1 ? Link.Logistic : Link.Softmax;
        return LinearModels.Create(part, weights, intercepts, link);
    }

    internal static Matrix<double> Solve(Moments moments, double alpha, double weight)
    {
        var matrix = moments.Gram.Clone();
        for (var i = 0; i < matrix.RowCount; i++)
        {
            matrix[i, i] += alpha;
        }

        try
        {
            return matrix.Cholesky().Solve(moments.Cross);
        }
        catch (ArgumentException)
        {
            // Not positive definite: alpha is lost in rounding, and least squares is its limit.
            var solver = new LeastSquares(moments, weight);
            return Matrix<double>.Build.DenseOfColumnArrays(
                Enumerable.Range(0, moments.Cross.ColumnCount).Select(k => solver.Solve(moments.Cross.Column(k))));
        }
    }
}
