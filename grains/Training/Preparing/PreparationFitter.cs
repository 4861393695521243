using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Fits the preparation of each column on the training part.</summary>
internal static class PreparationFitter
{
    // A feature each, in every row: more would take a training's memory and time before its budget says so.
    private const int OneHotTextsMax = 1000;

    /// <param name="plan">The policies.</param>
    /// <param name="reader">The columns' widths and categories.</param>
    /// <param name="inputs">Inputs of this part's training rows.</param>
    /// <param name="labels">For target encoding: the label of each training row as a number, empty without one.</param>
    /// <param name="ranks">The parts.</param>
    /// <exception cref="GraincastException">22023: more texts than one_hot takes, nothing to impute from, or numbers that cannot be scaled.</exception>
    public static Preparation Fit(PreprocessPlan plan, InputReader reader, FloatTable inputs, double[] labels, Communicator ranks)
    {
        var columns = new List<ImageColumn>();
        var input = 0;
        foreach (var column in reader.Columns)
        {
            var policy = plan.Of(column.Spec.Name);
            var image = column.Categories is { } texts
                ? new ImageColumn(column.Spec.Name, ColumnKind.Text, 1, policy.Encode == Encode.OneHot ? Encoder.OneHot : Encoder.Value,
                    Categories(texts, column.Spec.Name, policy, inputs, input, labels, ranks), [], [], [])
                : ImageColumn.Number(column.Spec.Name, column.Width);
            columns.Add(image with
            {
                Fill = Fill(policy, column, inputs, input, ranks),
                // The mean is the last category; one that is imputed is imputed where its text is unknown, too.
                Unknown = policy.Encode == Encode.Target && policy.Impute == Impute.Error ? image.Categories.Count - 1 : float.NaN,
            });
            input += column.Width;
        }

        return new Preparation(FitScales(plan, columns, inputs, ranks));
    }

    private static Category[] Categories(string[] texts, string column, ColumnPolicy policy, FloatTable inputs, int input, double[] labels, Communicator ranks)
    {
        if (policy.Encode == Encode.OneHot && texts.Length > OneHotTextsMax)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"column \"{column}\" has {texts.Length} different texts, one_hot takes {OneHotTextsMax}",
                "Encode it by target, or natively for trees; or let a view keep the frequent texts and call the rest one.");
        }

        if (policy.Encode != Encode.Target)
        {
            return [.. texts.Select((text, place) => new Category(text, place))];
        }

        // Sums, then counts.
        var sums = new double[2 * texts.Length];
        var counts = sums.AsSpan(texts.Length);
        for (var row = 0; row < inputs.Rows; row++)
        {
            var place = inputs.Row(row)[input];
            if (!float.IsNaN(place))
            {
                sums[(int)place] += labels[row];
                counts[(int)place]++;
            }
        }

        ranks.Sum(sums);
        // A category that only the held-out rows have says nothing: the mean of all.
        double[] all = [labels.Sum(), labels.Length];
        ranks.Sum(all);
        var mean = (float)(all[0] / all[1]);
        return
        [
            .. texts.Select((text, place) => new Category(text, sums[texts.Length + place] > 0 ? (float)(sums[place] / sums[texts.Length + place]) : mean)),
            new(UnseenText(texts), mean),
        ];
    }

    // One text that training has not seen stands for all of them.
    private static string UnseenText(string[] texts)
    {
        var text = "other";
        while (texts.Contains(text))
        {
            text += "'";
        }

        return text;
    }

    private static float[] Fill(ColumnPolicy policy, FeatureColumn column, FloatTable inputs, int firstInput, Communicator ranks)
    {
        if (policy.Impute == Impute.Error)
        {
            return [];
        }

        var fill = new float[column.Width];
        for (var i = 0; i < fill.Length; i++)
        {
            fill[i] = policy.Impute == Impute.Zero ? 0 : (float)FillOf(policy.Impute, column, new ValueStatistics(inputs, firstInput + i, ranks));
            if (!float.IsFinite(fill[i]))
            {
                throw new GraincastException(SqlState.InvalidParameter, $"the {policy.Impute.ToString().ToLowerInvariant()} of column \"{column.Spec.Name}\" is not finite",
                    "Bound its values in a view, or impute by median, mode or zero.");
            }
        }

        return fill;
    }

    private static double FillOf(Impute impute, FeatureColumn column, ValueStatistics statistics)
    {
        if (statistics.IsEmpty)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"column \"{column.Spec.Name}\" has no value in the training rows to impute from",
                "Leave it out, or impute zero.");
        }

        return impute switch
        {
            Impute.Mean => statistics.Mean,
            // Between two categories there is none.
            Impute.Median => column.Categories is null ? statistics.Median : statistics.MiddleValue,
            Impute.Mode => statistics.Mode,
            Impute.Min => statistics.Min,
            _ => statistics.Max,
        };
    }

    private static List<ImageColumn> FitScales(PreprocessPlan plan, List<ImageColumn> columns, FloatTable inputs, Communicator ranks)
    {
        if (columns.All(column => plan.Of(column.Name).Scale == Scale.Preserve))
        {
            return columns;
        }

        var encoded = new Preparation(columns).Apply(inputs);
        var feature = 0;
        var scaled = new List<ImageColumn>();
        foreach (var column in columns)
        {
            var scale = plan.Of(column.Name).Scale;
            var count = Preparation.FeaturesOf(column);
            if (scale == Scale.Preserve)
            {
                scaled.Add(column);
            }
            else
            {
                var numbers = Enumerable.Range(feature, count).Select(i => ScaleOf(scale, column.Name, new ValueStatistics(encoded, i, ranks))).ToArray();
                scaled.Add(column with { Center = Array.ConvertAll(numbers, number => number.Center), Scale = Array.ConvertAll(numbers, number => number.Factor) });
            }

            feature += count;
        }

        return scaled;
    }

    private static (double Center, double Factor) ScaleOf(Scale scale, string column, ValueStatistics statistics)
    {
        if (statistics.IsEmpty)
        {
            return (0, 1);
        }

        var (center, spread) = scale switch
        {
            Scale.Standard => (statistics.Mean, statistics.Deviation),
            Scale.MinMax => (statistics.Min, statistics.Max - statistics.Min),
            Scale.MaxAbs => (0, Math.Max(Math.Abs(statistics.Min), Math.Abs(statistics.Max))),
            _ => (statistics.Median, statistics.Quantile(0.75) - statistics.Quantile(0.25)),
        };

        // A spread of 0 leaves the feature's size as it is, as scikit-learn does.
        var factor = spread > 0 ? 1 / spread : 1;
        return double.IsFinite(center) && double.IsFinite(factor) && double.IsFinite(spread)
            ? (center, factor)
            : throw new GraincastException(SqlState.InvalidParameter, $"column \"{column}\" has infinite values, which cannot be scaled", "Bound it in a view.");
    }
}
