using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class RowOrderTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public void Keys_are_sorted_and_what_has_equal_ones_keeps_its_order(int count)
    {
        var random = new Random(5);
        // Some differ in their first byte only, some in their last, many are equal.
        var keys = Enumerable.Range(0, count).Select(_ => ((ulong)(uint)random.Next(256) << 56) | (uint)random.Next(3)).ToArray();
        var items = Enumerable.Range(0, count).ToArray();
        var expected = items.OrderBy(item => keys[item]).ToArray();
        var sorted = keys.Order().ToArray();

        RadixSort.Sort(keys, items);

        keys.ShouldBe(sorted);
        items.ShouldBe(expected);
    }

    [Fact]
    public void A_selection_of_a_selection_shares_the_numbers_of_the_table()
    {
        // Several blocks, and chunks of one row.
        const int Width = 100_000;
        var table = new FloatTable(9, Width);
        for (var row = 0; row < table.Rows; row++)
        {
            table.Row(row).Fill(row);
        }

        var odd = table.Select([1, 3, 5, 7]);
        var last = odd.Select([3, 2]);
        table.Row(7)[Width - 1] = -1;
        var copied = new float[2 * Width];
        last.CopyRows(0, copied);

        (last.Rows, last.Width, last.ChunkRows).ShouldBe((2, Width, 1));
        copied[..(Width - 1)].ShouldAllBe(number => number == 7);
        copied[Width - 1].ShouldBe(-1);
        copied[Width..].ShouldAllBe(number => number == 5);
    }

    [Fact]
    public void Rows_of_several_files_and_windows_are_visited_as_they_came_and_placed_by_their_content()
    {
        ColumnSpec[] columns = [new("a", ColumnType.Float64, false, false), new("t", ColumnType.Text, false, false)];
        // Ten megabytes: read in windows of four. Every row comes twice, in two files.
        object?[][] rows = [.. Enumerable.Range(0, 100).Select(i => (object?[])[(double)i, new string((char)('a' + i % 7), 100_000)])];
        string[] paths = [Path.GetTempFileName(), Path.GetTempFileName()];
        try
        {
            foreach (var path in paths)
            {
                File.WriteAllBytes(path, RowBytes.Write(columns, rows));
            }

            using var set = RowSet.Read(paths, 200, columns);
            var (numbers, texts, placed) = (new List<double>(), new List<int>(), new List<int>());
            set.Visit((row, bytes, values) =>
            {
                placed.Add(row);
                numbers.Add(RowFormat.ReadNumber(bytes, ColumnType.Float64, values[0], 0));
                texts.Add(set.Texts(1).Find(bytes.Slice(values[1].Offset, values[1].Count)));
            });

            numbers.ShouldBe(Enumerable.Range(0, 200).Select(i => i % 100.0));
            texts.ShouldBe(Enumerable.Range(0, 200).Select(i => i % 100 % 7));
            placed.Order().ShouldBe(Enumerable.Range(0, 200));
            placed.ShouldBe(Enumerable.Range(0, 200).Select(set.Place));
            // Equal rows are neighbours, in the order of arrival; hashes ascend.
            Enumerable.Range(0, 100).ShouldAllBe(i => set.Place(i + 100) == set.Place(i) + 1);
            Enumerable.Range(1, 199).ShouldAllBe(row => set.Hashes[row] >= set.Hashes[row - 1]);
        }
        finally
        {
            Array.ForEach(paths, File.Delete);
        }
    }
}
