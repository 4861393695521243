using System.Numerics.Tensors;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// The perceptron (Rosenblatt 1958) and passive-aggressive learning (Crammer, Dekel, Keshet, Shalev-Shwartz, Singer 2006; their PA-I for the hinge,
/// PA-II for its square): a model that each row in turn corrects, as scikit-learn's; labels each against the rest. The order of rows follows from the seed.
/// With <c>average</c> the answer is the mean of the models that the last epoch went through (Freund, Schapire 1999), not the last of them alone.
/// </summary>
internal sealed class OnlineTrainer(bool isPerceptron) : ITrainer
{
    public Fitted Fit(TrainingPart part, HyperparameterValues settings, long seed, ProgressReporter progress)
    {
        var outputs = part.ClassCount <= 2 ? 1 : part.ClassCount;
        var weights = new double[outputs * part.Width];
        var intercepts = new double[outputs];
        for (var output = 0; output < outputs; output++)
        {
            var label = outputs == 1 ? 1 : output;
            var learner = new Learner(part, settings, isPerceptron, row => part.Classes[row] == label ? 1 : -1);
            learner.Run(new SplitMix64(seed), epoch => progress.Step(epoch, () => $"{(isPerceptron ? "perceptron" : "passive_aggressive")}: label {label + 1}, epoch {epoch}"));
            learner.Weights.CopyTo(weights, output * part.Width);
            intercepts[output] = learner.Intercept;
        }

        return LinearModels.Create(part, weights, intercepts, part.ClassCount == 0 ? Link.Identity : outputs == 1 ? Link.Logistic : Link.Softmax);
    }

    /// <param name="part">The rows.</param>
    /// <param name="settings">Of either algorithm.</param>
    /// <param name="isPerceptron">Steps of eta0.</param>
    /// <param name="sign">±1 of a row; unused for numbers.</param>
    private sealed class Learner(TrainingPart part, HyperparameterValues settings, bool isPerceptron, Func<int, int> sign)
    {
        private readonly double[] _features = new double[part.Width];
        private readonly double[] _weights = new double[part.Width];
        private readonly double[] _sum = new double[part.Width];
        private readonly bool _fitIntercept = settings.Boolean("fit_intercept");
        private readonly bool _isSquared = !isPerceptron && settings.Choice("loss")!.StartsWith("squared", StringComparison.Ordinal);
        private readonly double _step = isPerceptron ? settings.Real("eta0") : settings.Real("C");
        private readonly double _epsilon = part.ClassCount == 0 ? settings.Real("epsilon") : 0;
        private readonly bool _isAveraged = settings.Boolean("average");
        private double _intercept;
        private double _interceptSum;

        public double[] Weights => _isAveraged ? Array.ConvertAll(_sum, weight => weight / part.Weight) : _weights;

        public double Intercept => _isAveraged ? _interceptSum / part.Weight : _intercept;

        public void Run(SplitMix64 random, Action<long> begin)
        {
            var order = Enumerable.Range(0, part.LocalRows).ToArray();
            var best = double.PositiveInfinity;
            var since = 0L;
            for (var epoch = 1L; epoch <= settings.Integer("max_iter") && since < settings.Integer("n_iter_no_change"); epoch++)
            {
                begin(epoch);
                Array.Clear(_sum);
                _interceptSum = 0;
                if (settings.Boolean("shuffle"))
                {
                    Shuffle(order, random);
                }

                double sum = 0;
                foreach (var row in order)
                {
                    var weight = part.WeightOf(row);
                    sum += weight * Learn(row);
                    TensorPrimitives.MultiplyAdd(_weights, weight, _sum, _sum);
                    _interceptSum += weight * _intercept;
                }

                var loss = sum / part.Weight;
                since = loss > best - settings.Real("tol") ? since + 1 : 0;
                best = Math.Min(best, loss);
            }
        }

        // Fisher and Yates.
        private static void Shuffle(int[] order, SplitMix64 random)
        {
            for (var i = order.Length - 1; i > 0; i--)
            {
                var other = (int)(random.NextDouble() * (i + 1));
                (order[i], order[other]) = (order[other], order[i]);
            }
        }

        /// <returns>The row's loss before it was learnt from.</returns>
        private double Learn(int row)
        {
            TensorPrimitives.ConvertTruncating<float, double>(part.Features.Row(row), _features);
            var score = TensorPrimitives.Dot<double>(_weights, _features) + _intercept;
            var isNumber = part.ClassCount == 0;
            var side = isNumber ? Math.Sign(part.Targets[row] - score) : sign(row);
            var loss = isNumber ? Math.Abs(part.Targets[row] - score) - _epsilon : (isPerceptron ? 0 : 1) - side * score;
            if (loss < 0 || (loss == 0 && !isPerceptron))
            {
                return 0;
            }

            var most = part.WeightOf(row) * _step;
            var step = side * (isPerceptron ? most : Aggressive(loss, TensorPrimitives.SumOfSquares<double>(_features) + (_fitIntercept ? 1 : 0), most));
            TensorPrimitives.MultiplyAdd(_features, step, _weights, _weights);
            _intercept += _fitIntercept ? step : 0;
            return loss;
        }

        // How far to go so that the row is right, not farther than C times its weight allows. As in the paper the intercept is a feature that is 1: scikit-learn leaves it out
        // of the squares, and overshoots.
        private double Aggressive(double loss, double squares, double most) =>
            squares == 0 ? 0 : _isSquared ? loss / (squares + 1 / (2 * most)) : Math.Min(most, loss / squares);
    }
}
