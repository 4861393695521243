namespace Graincast.Training;

/// <summary>Refuses features that an algorithm cannot learn from; the error names the column.</summary>
internal static class FiniteCheck
{
    /// <exception cref="GraincastException">22023: NaN or infinite.</exception>
    public static void Run(FloatTable features, IReadOnlyList<string> names, AlgorithmEntry algorithm)
    {
        if (algorithm.NonFinite == NonFinite.Learnt)
        {
            return;
        }

        for (var row = 0; row < features.Rows; row++)
        {
            var values = features.Row(row);
            for (var i = 0; i < values.Length; i++)
            {
                if (!float.IsFinite(values[i]))
                {
                    var what = float.IsNaN(values[i]) ? "NaN" : "a value that is infinite or beyond real's range (±3.4e38)";
                    throw new GraincastException(SqlState.InvalidParameter, $"column \"{names[i]}\" has {what}, which {algorithm.Name} cannot learn from",
                        float.IsNaN(values[i]) ? "Impute it, leave such rows out in a view, or train lightgbm." : "Bound it in a view, or train lightgbm.");
                }
            }
        }
    }
}
