using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>The label of every row: a number, or an index into the sorted different labels.</summary>
/// <param name="Targets">Regression, else empty.</param>
/// <param name="Classes">Classification, else empty.</param>
/// <param name="Labels">Classification: numbers ascending, texts bytewise; false before true.</param>
internal sealed record LabelColumn(double[] Targets, int[] Classes, IReadOnlyList<Label> Labels)
{
    /// <summary>More are almost always a number that was meant for regression.</summary>
    public const int MaxLabels = 1000;

    /// <summary>Of rows without a label.</summary>
    public static readonly LabelColumn None = new([], [], []);

    /// <summary>The same with the labels of some rows only; −1 is the class of a row whose label is none of them.</summary>
    public LabelColumn OnlyLabelsOf(int[] rows, Communicator ranks)
    {
        if (Labels.Count == 0)
        {
            return this;
        }

        var counts = new long[Labels.Count];
        foreach (var row in rows)
        {
            counts[Classes[row]]++;
        }

        ranks.Sum(counts);
        var next = 0;
        var place = counts.Select(count => count > 0 ? next++ : -1).ToArray();
        return new LabelColumn(Targets, [.. Classes.Select(index => place[index])], [.. Labels.Where((_, index) => counts[index] > 0)]);
    }

    /// <param name="numbers">Of each row the place of its text.</param>
    /// <param name="texts">This part's texts.</param>
    /// <param name="spec">The column.</param>
    /// <param name="ranks">The parts.</param>
    /// <exception cref="GraincastException">22023: too many different labels.</exception>
    public static LabelColumn FromTexts(double[] numbers, Utf8Dictionary texts, ColumnSpec spec, Communicator ranks)
    {
        // Of this part first: too many need not travel.
        ThrowIfTooMany(texts.Count, spec);
        var (sorted, place) = TextUnion.Of(ranks, texts, spec.Name);
        ThrowIfTooMany(sorted.Length, spec);
        return new LabelColumn([], [.. numbers.Select(number => place[(int)number])], [.. sorted.Select((text, index) => new Label(text, index))]);
    }

    /// <param name="numbers">Of each row its label.</param>
    /// <param name="spec">The column.</param>
    /// <param name="ranks">The parts.</param>
    /// <exception cref="GraincastException">22023: too many different labels, or two that are one float32.</exception>
    public static LabelColumn FromNumbers(double[] numbers, ColumnSpec spec, Communicator ranks)
    {
        // −0 and 0 are one label.
        var own = numbers.Select(number => number + 0.0).Distinct().ToArray();
        ThrowIfTooMany(own.Length, spec);
        var sorted = ranks.AllGather<double>(own).SelectMany(part => part).Distinct().Order().ToArray();
        ThrowIfTooMany(sorted.Length, spec);
        for (var i = 1; i < sorted.Length; i++)
        {
            if ((float)sorted[i] == (float)sorted[i - 1])
            {
                throw new GraincastException(SqlState.InvalidParameter,
                    $"labels {sorted[i - 1]:R} and {sorted[i]:R} of column \"{spec.Name}\" are the same real number", "Predictions are real: cast the label to text.");
            }
        }

        var labels = sorted.Select(number => new Label(spec.Type == ColumnType.Bool ? number == 0 ? "false" : "true" : number.ToString("R"), number));
        return new LabelColumn([], [.. numbers.Select(number => Array.BinarySearch(sorted, number + 0.0))], [.. labels]);
    }

    private static void ThrowIfTooMany(int count, ColumnSpec spec)
    {
        if (count > MaxLabels)
        {
            throw new GraincastException(SqlState.InvalidParameter, $"label column \"{spec.Name}\" has {count} different values, classification takes {MaxLabels}",
                spec.Type == ColumnType.Text ? "Group the rare ones." : "Did you mean task => 'regression'?");
        }
    }
}
