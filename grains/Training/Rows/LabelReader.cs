using System.Globalization;
using Graincast.Scoring;

namespace Graincast.Training;

/// <summary>Reads the labels of every row: <see cref="Read"/> is to visit them all.</summary>
internal sealed class LabelReader
{
    private readonly RowSet _rows;
    private readonly (int Index, ColumnSpec Spec, double[] Numbers)[] _columns;

    public LabelReader(RowSet rows)
    {
        _rows = rows;
        _columns = [.. rows.Format.Columns.Index().Where(column => column.Item.IsLabel).Select(column => (column.Index, column.Item, new double[rows.Count]))];
    }

    /// <exception cref="GraincastException">22004: a NULL label. 22023: NaN or infinite.</exception>
    public void Read(int row, ReadOnlySpan<byte> bytes, ReadOnlySpan<RowFormat.Value> values)
    {
        foreach (var (index, spec, numbers) in _columns)
        {
            var value = values[index];
            if (value.Offset < 0)
            {
                throw new GraincastException(SqlState.NullNotAllowed, $"label column \"{spec.Name}\" has a NULL",
                    "Train on a view that leaves such rows out (WHERE … IS NOT NULL).");
            }

            var number = spec.Type == ColumnType.Text
                ? _rows.Texts(index).Find(bytes.Slice(value.Offset, value.Count))
                : RowFormat.ReadNumber(bytes, spec.Type, value, 0);
            numbers[row] = float.IsFinite((float)number) ? number : throw NotFinite(spec.Name, number);
        }
    }

    /// <summary>One a label column, in the fed order; <see cref="LabelColumn.None"/> if there is none.</summary>
    /// <exception cref="GraincastException">22023: too many different labels.</exception>
    public IReadOnlyList<LabelColumn> Columns(ModelTask task, Communicator ranks)
    {
        LabelColumn[] all =
        [
            .. _columns.Select(column => task == ModelTask.Regression ? new LabelColumn(column.Numbers, [], [])
                : column.Spec.Type == ColumnType.Text ? LabelColumn.FromTexts(column.Numbers, _rows.Texts(column.Index), column.Spec, ranks)
                : LabelColumn.FromNumbers(column.Numbers, column.Spec, ranks)),
        ];
        return all.Length > 0 ? all : [LabelColumn.None];
    }

    private static GraincastException NotFinite(string column, double number) => new(SqlState.InvalidParameter,
        $"label column \"{column}\" has the value {number.ToString(CultureInfo.InvariantCulture)}", "A label is finite and within real's range (±3.4e38).");
}
