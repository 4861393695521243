using Shouldly;
using Xunit;

namespace Graincast.Sql.Vectors;

/// <summary>Norms, normalised vectors, distances and products, in both types.</summary>
public sealed class MeasureTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>A function and what it sums, in double precision; a root follows where the name ends in l2.</summary>
    public static TheoryData<string, string, string> Sums => VectorTypes.With(
        ("norm_l0(a)", "(x <> 0)::int::float8"), ("norm_l1(a)", "abs(x)"), ("norm_l2(a)", "x * x"),
        ("distance_l1(a, b)", "abs(x - y)"), ("distance_l2(a, b)", "(x - y) ^ 2"), ("dot_product(a, b)", "x * y"));

    public static TheoryData<string, string, string> Norms => VectorTypes.With(("l1", "sum(abs(x))"), ("l2", "sqrt(sum(x * x))"), ("max", "max(abs(x))"));

    [Theory, MemberData(nameof(Sums))]
    public async Task Norms_distances_and_products_are_the_sums_of_their_terms(string type, string call, string term)
    {
        await using var session = await database.OpenAsync();
        var pairs = await RandomVectors.CreateAsync(session, type);
        var root = call.Contains("l2", StringComparison.Ordinal) ? "sqrt" : "";

        (await WorstAsync(session, $"pgml.{call}", $"{root}(coalesce(sum({term}), 0))", $"{root}(coalesce(sum(abs({term})), 0))")).ShouldBeLessThan(Rounding(type), pairs.ToString());
    }

    [Theory, InlineData("real"), InlineData("double precision")]
    public async Task The_norm_max_is_the_greatest_magnitude(string type)
    {
        await using var session = await database.OpenAsync();
        var pairs = await RandomVectors.CreateAsync(session, type);

        (await session.ScalarAsync<long>("SELECT count(*) FROM pairs WHERE pgml.norm_max(a) <> (SELECT coalesce(max(abs(x)), 0) FROM unnest(a) x)")).ShouldBe(0, pairs.ToString());
    }

    [Theory, InlineData("real"), InlineData("double precision")]
    public async Task The_cosine_similarity_is_the_dot_product_over_both_norms(string type)
    {
        await using var session = await database.OpenAsync();
        var pairs = await RandomVectors.CreateAsync(session, type);
        await session.ExecuteAsync("DELETE FROM pairs WHERE cardinality(a) = 0");

        (await WorstAsync(session, "pgml.cosine_similarity(a, b)", "sum(x * y) / sqrt(sum(x * x)) / sqrt(sum(y * y))", "1")).ShouldBeLessThan(Rounding(type), pairs.ToString());
        (await session.ScalarAsync<double>("SELECT max(acos(pgml.cosine_similarity(a, a))) FROM pairs")).ShouldBeLessThan(1e-3, pairs.ToString());
    }

    [Theory, MemberData(nameof(Norms))]
    public async Task A_normalised_vector_is_the_vector_over_its_norm(string type, string norm, string oracle)
    {
        await using var session = await database.OpenAsync();
        var pairs = await RandomVectors.CreateAsync(session, type);

        var worst = await session.ScalarAsync<double>($"""
            SELECT max(abs(z - x / norm)) FROM pairs, LATERAL (SELECT {oracle} AS norm FROM unnest(a::float8[]) x) o, unnest(a::float8[], pgml.normalize_{norm}(a)::float8[]) u(x, z)
            """);

        worst.ShouldBeLessThan(Rounding(type), pairs.ToString());
        (await session.ScalarAsync<long>($"SELECT count(*) FROM pairs WHERE cardinality(pgml.normalize_{norm}(a)) <> cardinality(a)")).ShouldBe(0, pairs.ToString());
    }

    [Theory]
    [InlineData("norm_l0(ARRAY[0, 2, -0.0, 'NaN']::T[])", "2")]
    [InlineData("norm_l1(ARRAY[1, -2, 3]::T[])", "6")]
    [InlineData("norm_l2(ARRAY[3, -4]::T[])", "5")]
    [InlineData("norm_max(ARRAY[1, 2, 3, -4]::T[])", "4")]
    [InlineData("norm_l0('{}'::T[])", "0")]
    [InlineData("norm_l1('{}'::T[])", "0")]
    [InlineData("norm_l2('{}'::T[])", "0")]
    [InlineData("norm_max('{}'::T[])", "0")]
    [InlineData("norm_l1(ARRAY['NaN', 1]::T[])", "NaN")]
    [InlineData("norm_l2(ARRAY[1, 'NaN']::T[])", "NaN")]
    [InlineData("norm_max(ARRAY[1, 'NaN', 'Infinity']::T[])", "NaN")]
    [InlineData("norm_l2(ARRAY[1, '-Infinity']::T[])", "Infinity")]
    [InlineData("norm_max(ARRAY['-Infinity', 1]::T[])", "Infinity")]
    [InlineData("normalize_l1('{}'::T[])", "{}")]
    [InlineData("normalize_l2('{}'::T[])", "{}")]
    [InlineData("normalize_max('{}'::T[])", "{}")]
    [InlineData("normalize_l1(ARRAY[0, 0]::T[])", "{NaN,NaN}")]
    [InlineData("normalize_l2(ARRAY[0, 0]::T[])", "{NaN,NaN}")]
    [InlineData("normalize_max(ARRAY[0, 0]::T[])", "{NaN,NaN}")]
    [InlineData("normalize_max(ARRAY[1, -2, 4]::T[])", "{0.25,-0.5,1}")]
    [InlineData("normalize_l1(ARRAY[[1, 1], [1, -1]]::T[])", "{0.25,0.25,0.25,-0.25}")]
    [InlineData("distance_l1(vector => ARRAY[1, 2, 3]::T[], other => ARRAY[3, 2, 1]::T[])", "4")]
    [InlineData("distance_l2(vector => ARRAY[1, 2]::T[], other => ARRAY[4, 6]::T[])", "5")]
    [InlineData("dot_product(vector => ARRAY[1, 2, 3]::T[], other => ARRAY[2, 3, 4]::T[])", "20")]
    [InlineData("cosine_similarity(vector => ARRAY[1, 2, 3]::T[], other => ARRAY[-1, -2, -3]::T[])", "-1")]
    [InlineData("cosine_similarity(ARRAY[0, 0]::T[], ARRAY[1, 2]::T[])", "NaN")]
    [InlineData("cosine_similarity('{}'::T[], '{}'::T[])", "NaN")]
    [InlineData("distance_l1('{}'::T[], '{}'::T[])", "0")]
    [InlineData("distance_l2('{}'::T[], '{}'::T[])", "0")]
    [InlineData("dot_product('{}'::T[], '{}'::T[])", "0")]
    [InlineData("dot_product(ARRAY[[1, 2], [3, 4]]::T[], ARRAY[1, 1, 1, 1]::T[])", "10")]
    public async Task Results_are_those_of_the_field(string call, string result)
    {
        await using var session = await database.OpenAsync();

        foreach (var type in VectorTypes.All)
        {
            (await session.ScalarAsync<string>($"SELECT pgml.{VectorTypes.In(call, type)}::text")).ShouldBe(result, type);
        }
    }

    [Theory]
    [InlineData("pgml.norm_l2(ARRAY[3e300, 4e300]::float8[])", "5e+300")]
    [InlineData("pgml.norm_l2(ARRAY[3e-300, 4e-300]::float8[])", "5e-300")]
    [InlineData("pgml.distance_l2(ARRAY[3e300, 0]::float8[], ARRAY[0, 4e300]::float8[])", "5e+300")]
    [InlineData("pgml.cosine_similarity(ARRAY[1e300, 0]::float8[], ARRAY[-1e-300, 0]::float8[])", "-1")]
    [InlineData("pgml.norm_l1(ARRAY[1e308, 1e308]::float8[])", "Infinity")]
    [InlineData("pgml.norm_l2(ARRAY[3e37, 4e37]::real[])", "5e+37")]
    [InlineData("pgml.dot_product(ARRAY[1e38]::real[], ARRAY[1e38]::real[])", "Infinity")]
    [InlineData("pgml.normalize_l1(ARRAY[3e38, 3e38]::real[])", "{0.5,0.5}")]
    // In real, 1 would vanish beside 2 ^ 24.
    [InlineData("pgml.dot_product(ARRAY[16777216, 1, -16777216]::real[], ARRAY[1, 1, 1]::real[])", "1")]
    public async Task Sums_neither_overflow_nor_vanish_on_their_way(string call, string result)
    {
        await using var session = await database.OpenAsync();

        (await session.ScalarAsync<string>($"SELECT {call}::text")).ShouldBe(result);
    }

    private static double Rounding(string type) => type == "real" ? 1.2e-7 : 1e-14;

    /// <summary>The greatest difference between a call and its oracle over the elements x, y of both vectors, over a measure of what was added up.</summary>
    private static Task<double> WorstAsync(Session session, string call, string oracle, string mass) => session.ScalarAsync<double>($"""
        SELECT max(CASE WHEN answer = oracle THEN 0 ELSE abs(answer - oracle) / mass END)
        FROM (SELECT {call}::float8 AS answer, o.* FROM pairs, LATERAL (SELECT {oracle} AS oracle, {mass} AS mass FROM unnest(a::float8[], b::float8[]) u(x, y)) o) answers
        """);
}
