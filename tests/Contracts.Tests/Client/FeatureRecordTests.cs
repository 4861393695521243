using Graincast.Projects;
using Shouldly;
using Xunit;

namespace Graincast.Client;

public enum Channel
{
    Web,
    [FeatureName("point of sale")]
    Store,
    // The same value again: the first name counts.
    Shop = Store,
}

[FeatureRecord]
public sealed partial record Payment(
    double Amount,
    [FeatureName("country_iso")] string? Country,
    bool? IsFirst,
    long ItemCount,
    Channel Channel,
    Channel? LastChannel,
    decimal Fee,
    [property: FeatureIgnore] Guid Id)
{
    public byte V1 { get; init; }

    public Half? IPScore { get; init; }

    [FeatureIgnore]
    public DateTime At { get; init; }

    public static int Count => 1;

    internal string Note { get; init; } = "";
}

[FeatureRecord]
public partial struct Digit
{
    public bool? IsInk { get; set; }

    public float[]? Pixels { get; set; }

    public int?[] Counts { get; set; }

    public string @class { get; set; }
}

public static partial class Outer
{
    [FeatureRecord]
    internal partial record struct Inner(ulong B);
}

/// <summary>What the generated part of a record sends.</summary>
public sealed class FeatureRecordTests
{
    private static Payment Some => new(12.5, "de", null, 3, Channel.Store, null, 0.1m, Guid.Empty) { V1 = 7, IPScore = (Half)0.5f };

    [Fact]
    public void Properties_become_features_by_name_and_those_that_are_none_stay_out()
    {
        FeatureRow row = FeatureWriter.Write(Some);
        row.Names.ShouldBe(["amount", "country_iso", "is_first", "item_count", "channel", "last_channel", "fee", "v1", "ip_score"]);
        row.Numbers.ShouldBe([12.5f, float.NaN, float.NaN, 3, float.NaN, float.NaN, 0.1f, 7, 0.5f]);
        row.Texts.ShouldBe([null, "de", null, null, "point of sale", null, null, null, null]);
    }

    [Fact]
    public void The_names_of_a_record_without_arrays_are_one_array_for_all_its_rows() =>
        FeatureWriter.Write(Some).Names.ShouldBeSameAs(FeatureWriter.Write(Some).Names);

    [Fact]
    public void An_array_repeats_its_name_once_an_entry_and_null_entries_are_NaN()
    {
        FeatureRow row = FeatureWriter.Write(new Digit { IsInk = true, Pixels = [1, 2, 3], Counts = [4, null], @class = "a" });
        row.Names.ShouldBe(["is_ink", "pixels", "pixels", "pixels", "counts", "counts", "class"]);
        row.Numbers.ShouldBe([1, 1, 2, 3, 4, float.NaN, float.NaN]);
        row.Texts.ShouldBe([null, null, null, null, null, null, "a"]);
    }

    [Theory, InlineData(0, 0), InlineData(0, 2), InlineData(1, 1), InlineData(2, 0), InlineData(1, 40), InlineData(40, 1)]
    public void Names_stand_beside_their_numbers_whatever_the_lengths_of_arrays(int pixels, int counts)
    {
        FeatureRow row = FeatureWriter.Write(new Digit { Pixels = new float[pixels], Counts = new int?[counts], @class = "a" });
        row.Names.ShouldBe(["is_ink", .. Enumerable.Repeat("pixels", pixels), .. Enumerable.Repeat("counts", counts), "class"]);
        row.Numbers.Length.ShouldBe(row.Names!.Length);
        row.Texts!.Length.ShouldBe(row.Names.Length);
        row.Texts[^1].ShouldBe("a");
    }

    [Fact]
    public void An_array_that_is_null_is_22004_and_names_the_property()
    {
        var error = Should.Throw<GraincastException>(() => FeatureWriter.Write(new Digit { Counts = [1], @class = "a" }));
        (error.SqlState, error.Message).ShouldBe((SqlState.NullNotAllowed, "The array of property Pixels is null."));
    }

    [Fact]
    public void An_enum_value_without_a_member_is_22023_and_names_the_property()
    {
        var error = Should.Throw<GraincastException>(() => FeatureWriter.Write(Some with { Channel = (Channel)9 }));
        (error.SqlState, error.Message).ShouldBe((SqlState.InvalidParameter, "The value 9 of property Channel is no member of its enum."));
    }

    [Theory, InlineData(1e39), InlineData(-3.5e38), InlineData(double.MaxValue)]
    public void A_finite_double_beyond_float_is_22003_and_names_the_property(double amount)
    {
        var error = Should.Throw<GraincastException>(() => FeatureWriter.Write(Some with { Amount = amount }));
        error.SqlState.ShouldBe(SqlState.NumericValueOutOfRange);
        error.Message.ShouldContain("of property Amount (feature \"amount\")");
    }

    [Theory, InlineData(double.PositiveInfinity), InlineData(double.NegativeInfinity), InlineData(1e-60), InlineData(3.4028235e38)]
    public void Infinite_tiny_and_largest_doubles_narrow_as_SQL_narrows_them(double amount) =>
        FeatureWriter.Write(Some with { Amount = amount }).Numbers[0].ShouldBe((float)amount);

    [Fact]
    public void Integers_go_by_way_of_double_as_in_SQL()
    {
        // Rounded once, it would be the next float up.
        const long Between = (1L << 60) + (1L << 36) + 1;
        FeatureWriter.Write(Some with { ItemCount = Between }).Numbers[3].ShouldBe((float)(double)Between);
        FeatureWriter.Write(new Outer.Inner(ulong.MaxValue)).Numbers[0].ShouldBe(18446744073709551616f);
    }

    [Fact]
    public void A_decimal_goes_by_way_of_its_digits_as_in_SQL()
    {
        var random = new Random(7);
        for (int i = 0; i < 10_000; i++)
        {
            var fee = new decimal(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29));
            FeatureWriter.Write(Some with { Fee = fee }).Numbers[6].ShouldBe((float)double.Parse(fee.ToString()));
        }
    }
}
