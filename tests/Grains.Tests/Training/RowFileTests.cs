using System.Text.Json;
using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class RowFileTests
{
    private static readonly ColumnSpec[] Columns =
    [
        new("a", ColumnType.Float32, false, false),
        new("v", ColumnType.Float64, true, false),
        new("t", ColumnType.Text, false, false),
        new("b", ColumnType.Bool, false, false),
        new("y", ColumnType.Float64, false, true),
    ];

    private static readonly Table Mixed = new(Columns, [.. Enumerable.Range(0, 60).Select(i =>
        (object?[])[i * 0.5, new double[] { i % 3, i % 5 }, "täxt" + i % 4, i % 2 == 0, i * 2.0 + i % 4])]);

    private static TrainingSpec Spec => Trainer.Spec(Mixed, "regression", "ridge");

    [Fact]
    public void Every_column_type_is_read()
    {
        var trained = Trainer.Train(Mixed, Spec);

        using var model = trained.Open();
        model.Inputs.ShouldBe(5);
        model.Columns.Select(column => (column.Name, column.Width)).ShouldBe([("a", 1), ("v", 2), ("t", 1), ("b", 1)]);
        model.Category(2, "täxt3").ShouldBe(3);
        model.Category(2, "never seen").ShouldBe(float.NaN);
        model.Predict([5, 10 % 3, 10 % 5, 10 % 4, 1]).ShouldBe(22, 0.5f);
    }

    [Fact]
    public void Numbers_are_read_wherever_their_neighbours_are_null()
    {
        ColumnSpec[] columns =
        [
            new("a", ColumnType.Float32, false, false), new("b", ColumnType.Float32, false, false), new("c", ColumnType.Float32, false, false),
            new("y", ColumnType.Float32, false, true), new("d", ColumnType.Float32, false, false), new("e", ColumnType.Float64, false, false),
            new("f", ColumnType.Float64, false, false), new("g", ColumnType.Bool, false, false), new("h", ColumnType.Bool, false, false),
        ];
        double[] numbers = [1.5, 2.5, 3.5, 0, 4.5, 5.5, 6.5, 1, 0];
        // Every choice of columns, but for the label, is NULL in one row.
        object?[][] all = [.. Enumerable.Range(0, 1 << columns.Length).Where(nulls => (nulls & 8) == 0)
            .Select(nulls => (object?[])[.. columns.Select((column, i) => (nulls >> i & 1) == 1 ? null : (object?)(column.Type == ColumnType.Bool ? numbers[i] == 1 : numbers[i]))])];
        var features = columns.Where(column => column.IsFeature).ToArray();
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, RowBytes.Write(columns, all));
            using var rows = RowSet.Read([path], all.Length, columns);
            var impute = JsonSerializer.Serialize(features.ToDictionary(column => column.Name, _ => new { impute = "zero" }));
            var reader = new InputReader(rows, new PreprocessPlan(impute, features, Graincast.Scoring.ModelTask.Regression), Communicator.Alone);
            rows.Visit(reader.Read);

            for (var i = 0; i < all.Length; i++)
            {
                reader.Inputs.Row(rows.Place(i)).ToArray().ShouldBe(
                    columns.Index().Where(column => column.Item.IsFeature).Select(column => all[i][column.Index] is null ? float.NaN : (float)numbers[column.Index]));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_is_cut_anywhere_or_has_another_number_of_rows_is_an_error()
    {
        var bytes = RowBytes.Write(Columns, Mixed.Rows.Take(3));
        for (var length = 0; length < bytes.Length; length++)
        {
            Trainer.Refusal(() => Trainer.Train(Spec, 3, bytes[..length])).SqlState.ShouldBe("XX001");
        }

        Trainer.Refusal(() => Trainer.Train(Spec, 2, bytes)).SqlState.ShouldBe("XX001");
        Trainer.Refusal(() => Trainer.Train(Spec, 4, bytes)).SqlState.ShouldBe("XX001");
    }

    [Fact]
    public void Damaged_bytes_give_errors_or_other_rows_but_never_a_crash()
    {
        var random = new Random(7);
        var bytes = RowBytes.Write(Columns, Mixed.Rows);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = bytes.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                Trainer.Train(Spec, Mixed.Rows.Count, damaged);
            }
            catch (GraincastException e)
            {
                e.SqlState.ShouldBeOneOf("XX001", "22023", "22004");
            }
        }
    }

    [Fact]
    public void Arrays_of_different_lengths_are_refused_by_name()
    {
        Table rows = Mixed with { Rows = [.. Mixed.Rows.Take(5), [1.0, new double[] { 1, 2, 3 }, "x", true, 1.0]] };
        var error = Trainer.Refusal(() => Trainer.Train(rows, Spec));

        error.SqlState.ShouldBe("22023");
        error.Message.ShouldBe("arrays of column \"v\" differ in length: 2 and 3");
        rows = Mixed with { Rows = [[1.0, Array.Empty<double>(), "x", true, 1.0]] };
        Trainer.Refusal(() => Trainer.Train(rows, Spec)).Message.ShouldBe("column \"v\" has an empty array");
    }

    [Theory]
    [InlineData(0, "22004", "column \"a\" has a NULL")]
    [InlineData(1, "22004", "column \"v\" has a NULL")]
    [InlineData(2, "22004", "column \"t\" has a NULL")]
    [InlineData(4, "22004", "label column \"y\" has a NULL")]
    public void A_NULL_is_refused_by_name_with_a_hint(int column, string sqlState, string message)
    {
        var rows = Mixed.Rows.Select(row => row.ToArray()).ToArray();
        rows[30][column] = null;
        var error = Trainer.Refusal(() => Trainer.Train(Mixed with { Rows = rows }, Spec));

        error.SqlState.ShouldBe(sqlState);
        error.Message.ShouldBe(message);
        error.Hint.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_single_row_is_refused_unless_none_is_held_out()
    {
        Trainer.Refusal(() => Trainer.Train(Mixed with { Rows = [Mixed.Rows[0]] }, Spec)).SqlState.ShouldBe("22023");
        Trainer.Train(Mixed with { Rows = [Mixed.Rows[0]] }, Spec with { TestSize = 0 }).Metric("mean_absolute_error").ShouldBe(0);
    }
}
