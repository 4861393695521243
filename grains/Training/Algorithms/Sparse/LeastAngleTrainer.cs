using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// Least angle regression (Efron, Hastie, Johnstone, Tibshirani 2004) on the Gram matrix, up to n_nonzero_coefs features; or its variant that follows the
/// lasso's path down to alpha, by taking a feature out where its weight becomes zero.
/// </summary>
internal sealed class LeastAngleTrainer(bool isLasso) : ITrainer
{
    // A product this much smaller than the first ones is rounding.
    private const double Rounding = 1e-14;

    // A product that falls with the level, but for rounding, never meets it.
    private const double Slack = 1e-12;

    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var name = isLasso ? "lasso_least_angle" : "least_angle";
        progress.Say($"{name}: moments of {part.Rows} rows, {part.Width} features");
        var problem = GramProblem.Of(part, settings.Boolean("fit_intercept"));
        var end = isLasso ? settings.Real("alpha") * part.Weight : 0;
        var maxSteps = settings.Integer(isLasso ? "max_iter" : "n_nonzero_coefs");
        if (!Follow(problem, Math.Max(end, Rounding * Largest(problem.Cross)), maxSteps, step => progress.Step(step, () => $"{name}: step {step}")) && isLasso)
        {
            progress.Say($"{name}: the path has not come to alpha after {maxSteps} steps: raise max_iter or alpha");
        }

        return problem.Model(part);
    }

    /// <returns>Whether the path came to its end, where no product with the residual is larger than <paramref name="end"/>.</returns>
    private bool Follow(GramProblem problem, double end, long most, Action<long> begin)
    {
        var active = new ActiveSet(problem);
        var candidates = problem.Varying.ToHashSet();
        var dependent = new List<int>();
        var level = Largest(problem.Products);
        int? next = candidates.Count == 0 ? null : candidates.Order().MaxBy(feature => Math.Abs(problem.Products[feature]));
        int? removed = null;
        for (var step = 1L; level > end && step <= (isLasso ? most : 2 * problem.Width); step++)
        {
            begin(step);
            if (next is { } newcomer)
            {
                // One that depends linearly on those chosen changes nothing, until one of them leaves.
                candidates.Remove(newcomer);
                if (!active.TryAdd(newcomer))
                {
                    dependent.Add(newcomer);
                }
            }

            if (active.Features.Count == 0)
            {
                return true;
            }

            var direction = active.Solve([.. active.Features.Select(feature => (double)Math.Sign(problem.Products[feature]))]);
            var slopes = Slopes(problem, active, direction);
            var length = level - end;
            next = null;
            foreach (var candidate in candidates.Order())
            {
                // One that just left is still at the level, on the side where its product falls faster; it may come back on the other.
                var product = problem.Products[candidate];
                var isLeaving = candidate == removed;
                var meeting = Math.Min(
                    isLeaving && product > 0 ? double.PositiveInfinity : Meeting(level - product, 1 - slopes[candidate]),
                    isLeaving && product < 0 ? double.PositiveInfinity : Meeting(level + product, 1 + slopes[candidate]));
                (next, length) = meeting < length ? (candidate, meeting) : (next, length);
            }

            int? leaver = null;
            for (var i = 0; isLasso && i < direction.Length; i++)
            {
                var zero = -problem.Weights[active.Features[i]] / direction[i];
                (leaver, length) = zero > 0 && zero < length ? (i, zero) : (leaver, length);
            }

            for (var i = 0; i < direction.Length; i++)
            {
                problem.Add(active.Features[i], length * direction[i]);
            }

            level -= length;
            removed = leaver is null ? null : active.Features[leaver.Value];
            if (removed is { } feature)
            {
                problem.Set(feature, 0);
                active.Remove(leaver!.Value);
                candidates.UnionWith([feature, .. dependent]);
                dependent.Clear();
                next = null;
            }

            if (!isLasso && active.Features.Count == most)
            {
                return true;
            }
        }

        return level <= end;
    }

    // How far to go until a gap that closes at this speed is closed.
    private static double Meeting(double gap, double speed) => speed > Slack ? Math.Max(0, gap) / speed : double.PositiveInfinity;

    // How fast each feature's product falls in that direction; 1 (with the product's sign) for those chosen.
    private static double[] Slopes(GramProblem problem, ActiveSet active, double[] direction)
    {
        var slopes = new double[problem.Width];
        for (var i = 0; i < direction.Length; i++)
        {
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(problem.Line(active.Features[i]), direction[i], slopes, slopes);
        }

        return slopes;
    }

    private static double Largest(double[] products) => Math.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<double>(products));
}
