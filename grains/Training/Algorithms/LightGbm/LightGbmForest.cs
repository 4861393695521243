namespace Graincast.Training;

/// <summary>A forest an output, each in LightGBM's own form.</summary>
internal sealed class LightGbmForest : INativeModel, IDisposable
{
    private readonly List<LightGbmBooster> _outputs = [];

    public void Add(LightGbmBooster booster) => _outputs.Add(booster);

    public void Score(ReadOnlySpan<float> features, int rows, Span<double> scores, Span<double> allowed)
    {
        var own = new double[rows];
        var ownAllowed = new double[rows];
        for (var output = 0; output < _outputs.Count; output++)
        {
            _outputs[output].Score(features, rows, own, ownAllowed);
            for (var row = 0; row < rows; row++)
            {
                scores[row * _outputs.Count + output] = own[row];
                allowed[row * _outputs.Count + output] = ownAllowed[row];
            }
        }
    }

    public void Dispose() => _outputs.ForEach(booster => booster.Dispose());
}
