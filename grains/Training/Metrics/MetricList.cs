using System.Globalization;
using System.Text.Json;

namespace Graincast.Training;

/// <summary>Metric → value in the order of adding, finite values only: one that is not defined for these rows is left out.</summary>
internal sealed class MetricList
{
    private readonly List<KeyValuePair<string, double>> _values = [];

    public MetricList(params IEnumerable<KeyValuePair<string, double>>[] parts)
    {
        foreach (var (name, value) in parts.SelectMany(part => part))
        {
            Add(name, value);
        }
    }

    /// <summary>
    /// Of labels that were learnt together: the mean of each metric over all of them (none where one label has none), then each label's own as <c>metric.label</c>.
    /// What counts rows is the same for all and stays one number.
    /// </summary>
    public static MetricList OfLabels(IReadOnlyList<string> labels, IReadOnlyList<MetricList> lists)
    {
        var means = lists.SelectMany(list => list._values.Select(metric => metric.Key)).Distinct().Select(name => KeyValuePair.Create(name, lists.Average(list => list.Value(name))));
        var own = labels.Zip(lists, (label, list) => list._values.Where(metric => !Evaluation.RowCounts.Contains(metric.Key)).Select(metric => KeyValuePair.Create($"{metric.Key}.{label}", metric.Value)));
        return new MetricList([means, .. own]);
    }

    public void Add(string name, double value)
    {
        if (double.IsFinite(value))
        {
            _values.Add(new(name, value));
        }
    }

    /// <summary>The metric's value; NaN when it is not defined for these rows.</summary>
    public double Value(string name) => _values.FirstOrDefault(metric => metric.Key == name, new(name, double.NaN)).Value;

    /// <param name="search">Written beside the metrics, if there was one.</param>
    public JsonElement ToJson(SearchResults? search) => JsonText.Write(writer =>
    {
        foreach (var (name, value) in _values)
        {
            writer.WriteNumber(name, value);
        }

        if (search is not null)
        {
            writer.WritePropertyName("search_results");
            search.WriteTo(writer);
        }
    });

    public override string ToString() =>
        string.Join(", ", _values.Select(metric => $"{metric.Key} {metric.Value.ToString(double.IsInteger(metric.Value) ? "0" : "G4", CultureInfo.InvariantCulture)}"));
}
