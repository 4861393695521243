using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>
/// The gate before publication: kernel and trainer must give the same scores on evaluated rows (all, or as many as <see cref="ComparedRows"/> of them drawn at
/// random), and, where the learner takes them, on rows with NaN, infinities and extreme numbers.
/// </summary>
internal sealed class AgreementCheck(ScoringModel model, Preparation preparation, INativeModel native, NonFinite nonFinite)
{
    // A trainer's own way to score takes up to a hundred times the kernel's time.
    private const int ComparedRows = 16_384;
    private const int MutatedRows = 256;
    private const long MutationSeed = 20_260_701;

    private static readonly float[] Extremes = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0, -0f, 1e-36f, float.MaxValue, float.MinValue];

    /// <param name="inputs">Of evaluated rows, ascending by content hash.</param>
    /// <exception cref="GraincastException">XX000: they differ; names the row and both numbers.</exception>
    public void Run(FloatTable inputs)
    {
        if (inputs.Rows == 0)
        {
            return;
        }

        inputs = Sample(inputs);
        Compare(inputs, "evaluated row");
        if (nonFinite != NonFinite.Refused)
        {
            Compare(Mutate(inputs), "row with extreme numbers,");
        }
    }

    /// <summary>What a joint image answers on the evaluated rows must be what the models of its labels do, bit for bit.</summary>
    /// <exception cref="GraincastException">XX000: they differ; names the row and both numbers.</exception>
    public static void RunJoint(ScoringModel joint, IReadOnlyList<ScoringModel> labels, FloatTable inputs)
    {
        inputs = Sample(inputs);
        var answers = new float[joint.Answers];
        for (var row = 0; row < inputs.Rows; row++)
        {
            joint.PredictJoint(inputs.Row(row), answers);
            for (var k = 0; k < answers.Length; k++)
            {
                var own = labels[k].Predict(inputs.Row(row));
                if (IsDifferent(answers[k], own, 0))
                {
                    throw Differ(answers[k], own, 0, $"evaluated row {row}, label {k}");
                }
            }
        }
    }

    // The smallest hashes: rows drawn at random, the same wherever they are.
    private static FloatTable Sample(FloatTable inputs) =>
        inputs.Rows <= ComparedRows ? inputs : inputs.Select([.. Enumerable.Range(0, ComparedRows)]);

    private void Compare(FloatTable inputs, string what)
    {
        var features = preparation.Apply(inputs);
        var chunk = new float[features.ChunkRows * features.Width];
        var scores = new double[model.Outputs];
        for (var first = 0; first < features.Rows; first += features.ChunkRows)
        {
            var rows = Math.Min(features.ChunkRows, features.Rows - first);
            var numbers = chunk.AsSpan(0, rows * features.Width);
            features.CopyRows(first, numbers);
            var expected = new double[rows * model.Outputs];
            var allowed = new double[expected.Length];
            native.Score(numbers, rows, expected, allowed);
            for (var row = 0; row < rows; row++)
            {
                model.Scores(inputs.Row(first + row), scores);
                for (var k = 0; k < scores.Length; k++)
                {
                    var at = row * scores.Length + k;
                    if (IsDifferent(scores[k], expected[at], allowed[at]))
                    {
                        throw Differ(scores[k], expected[at], allowed[at], $"{what} {first + row}, output {k}");
                    }
                }
            }
        }
    }

    // Negated, so that NaN on one side is a difference.
    private static bool IsDifferent(double kernel, double trainer, double allowed) => !(Math.Abs(kernel - trainer) <= allowed) && !kernel.Equals(trainer);

    private static GraincastException Differ(double kernel, double trainer, double allowed, string where) => new(
        SqlState.InternalError, "the model is not published: kernel and trainer disagree",
        "Please report it with the data if you can.", $"{where}: kernel {kernel:R}, trainer {trainer:R}, allowed difference {allowed:R}.");

    // Copies of evaluated rows, about a third of the numbers extreme; first rows that are one extreme throughout.
    private FloatTable Mutate(FloatTable inputs)
    {
        var mutated = new FloatTable(MutatedRows, inputs.Width);
        var random = new SplitMix64(MutationSeed);
        for (var row = 0; row < MutatedRows; row++)
        {
            var values = mutated.Row(row);
            if (row < Extremes.Length)
            {
                values.Fill(Extremes[row]);
                continue;
            }

            inputs.Row(row % inputs.Rows).CopyTo(values);
            foreach (ref var value in values)
            {
                var choice = random.Next();
                value = choice % 3 == 0 ? Extremes[choice / 3 % (ulong)Extremes.Length] : value;
            }
        }

        return mutated;
    }
}
