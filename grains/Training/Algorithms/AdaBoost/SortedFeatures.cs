namespace Graincast.Training;

/// <summary>For each feature the rows by its ascending values, sorted once for all trees. 8 bytes a number.</summary>
internal sealed class SortedFeatures
{
    private readonly (float[] Values, int[] Rows)[] _features;

    public SortedFeatures(FloatTable features)
    {
        _features = new (float[], int[])[features.Width];
        for (var feature = 0; feature < features.Width; feature++)
        {
            var values = new float[features.Rows];
            var rows = new int[features.Rows];
            for (var row = 0; row < features.Rows; row++)
            {
                values[row] = features.Row(row)[feature];
                rows[row] = row;
            }

            Array.Sort(values, rows);
            _features[feature] = (values, rows);
        }
    }

    public int Width => _features.Length;

    public (float[] Values, int[] Rows) Of(int feature) => _features[feature];
}
