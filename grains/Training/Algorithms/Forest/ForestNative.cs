using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace Graincast.Training;

/// <summary>Forests as ML.NET scores them.</summary>
internal sealed class ForestNative(MLContext context, int width) : INativeModel
{
    // ML.NET's answer is a float: half a unit in its last place, and room for another order of addition.
    private const double Rounding = 2e-7;

    private readonly List<Func<IDataView, IEnumerable<float>>> _outputs = [];

    public void Add(RegressionPredictionTransformer<FastForestRegressionModelParameters> model) =>
        _outputs.Add(rows => model.Transform(rows).GetColumn<float>("Score"));

    /// <summary>An output that is the same for every row: ML.NET gives NaN where no bag allowed a split.</summary>
    public void AddConstant(double value) => _outputs.Add(rows => rows.GetColumn<float>(nameof(ForestRow.Label)).Select(_ => (float)value));

    public void Score(ReadOnlySpan<float> features, int rows, Span<double> scores, Span<double> allowed)
    {
        var table = new FloatTable(rows, width);
        for (var row = 0; row < rows; row++)
        {
            features.Slice(row * width, width).CopyTo(table.Row(row));
        }

        for (var output = 0; output < _outputs.Count; output++)
        {
            var row = 0;
            foreach (var score in _outputs[output](ForestRow.View(context, table, _ => 0, _ => 1)))
            {
                scores[row * _outputs.Count + output] = score;
                allowed[row * _outputs.Count + output] = Rounding * Math.Abs(score) + float.Epsilon;
                row++;
            }
        }
    }
}
