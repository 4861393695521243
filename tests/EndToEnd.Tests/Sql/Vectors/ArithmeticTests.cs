using Shouldly;
using Xunit;

namespace Graincast.Sql.Vectors;

/// <summary>Sums, differences, products and quotients of vectors, in both types.</summary>
public sealed class ArithmeticTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    public static TheoryData<string, string, string> Operators => VectorTypes.With(
        ("add", "+"), ("subtract", "-"), ("multiply", "*"), ("divide", "/"));

    [Theory, MemberData(nameof(Operators))]
    public async Task Two_vectors_are_combined_as_the_operator_combines_their_elements(string type, string function, string sign)
    {
        await using var session = await database.OpenAsync();
        var pairs = await RandomVectors.CreateAsync(session, type);

        var differing = await session.ScalarAsync<string>($"""
            SELECT min(id || ': ' || a::text || ' and ' || b::text) FROM pairs
            WHERE pgml.{function}(a, b) IS DISTINCT FROM (SELECT coalesce(array_agg(x {sign} y ORDER BY n), '{"{}"}') FROM unnest(a, b) WITH ORDINALITY AS u(x, y, n))
            """);

        differing.ShouldBeNull(pairs.ToString());
    }

    [Theory, MemberData(nameof(Operators))]
    public async Task A_scalar_is_combined_with_each_element(string type, string function, string sign)
    {
        await using var session = await database.OpenAsync();
        var pairs = await RandomVectors.CreateAsync(session, type);

        var differing = await session.ScalarAsync<string>($"""
            SELECT min(id || ': ' || a::text || ' and ' || s) FROM pairs
            WHERE pgml.{function}(a, s) IS DISTINCT FROM (SELECT coalesce(array_agg(x {sign} s ORDER BY n), '{"{}"}') FROM unnest(a) WITH ORDINALITY AS u(x, n))
            """);

        differing.ShouldBeNull(pairs.ToString());
    }

    [Theory]
    [InlineData("add(ARRAY[1, 2, 3]::T[], 1)", "{2,3,4}")]
    [InlineData("subtract(ARRAY[1, 2, 3]::T[], 1)", "{0,1,2}")]
    [InlineData("multiply(ARRAY[1, 2, 3]::T[], 2)", "{2,4,6}")]
    [InlineData("divide(ARRAY[1, 2, 3]::T[], 10)", "{0.1,0.2,0.3}")]
    [InlineData("add(vector => ARRAY[1, 2]::T[], addend => ARRAY[10, 20]::T[])", "{11,22}")]
    [InlineData("subtract(vector => ARRAY[1, 2]::T[], subtrahend => ARRAY[10, 20]::T[])", "{-9,-18}")]
    [InlineData("multiply(vector => ARRAY[1, 2]::T[], multiplicand => ARRAY[10, 20]::T[])", "{10,40}")]
    [InlineData("divide(vector => ARRAY[1, 2]::T[], dividend => ARRAY[4, 4]::T[])", "{0.25,0.5}")]
    [InlineData("add('{}'::T[], 1)", "{}")]
    [InlineData("add('{}'::T[], '{}'::T[])", "{}")]
    [InlineData("divide(ARRAY[1, -1, 0]::T[], 0)", "{Infinity,-Infinity,NaN}")]
    [InlineData("divide(ARRAY[1, -1, 0]::T[], ARRAY[0, 0, 0]::T[])", "{Infinity,-Infinity,NaN}")]
    [InlineData("add(ARRAY['Infinity', '-Infinity', 'NaN']::T[], ARRAY['-Infinity', 1, 1]::T[])", "{NaN,-Infinity,NaN}")]
    // Several dimensions are taken flat, wherever their numbering starts.
    [InlineData("add(ARRAY[[1, 2], [3, 4]]::T[], 1)", "{2,3,4,5}")]
    [InlineData("add(ARRAY[[1, 2], [3, 4]]::T[], ARRAY[1, 1, 1, 1]::T[])", "{2,3,4,5}")]
    [InlineData("add('[0:2]={1,2,3}'::T[], 1)", "{2,3,4}")]
    public async Task Results_are_those_of_the_field(string call, string result)
    {
        await using var session = await database.OpenAsync();

        foreach (var type in VectorTypes.All)
        {
            (await session.ScalarAsync<string>($"SELECT pgml.{VectorTypes.In(call, type)}::text")).ShouldBe(result, type);
        }
    }

    [Theory]
    [InlineData("pgml.multiply(ARRAY[3e38, 1]::real[], 10)", "{Infinity,10}")]
    [InlineData("pgml.multiply(ARRAY[1e308, 1]::float8[], 10)", "{Infinity,10}")]
    [InlineData("pgml.add(ARRAY[3e38, 1]::real[], ARRAY[3e38, 1]::real[])", "{Infinity,2}")]
    [InlineData("pgml.divide(ARRAY[1e-45, 1]::real[], 10)", "{0,0.1}")]
    public async Task What_leaves_the_range_is_infinite_or_zero(string call, string result)
    {
        await using var session = await database.OpenAsync();

        (await session.ScalarAsync<string>($"SELECT {call}::text")).ShouldBe(result);
    }

    [Fact]
    public async Task A_scalars_subtraction_keeps_the_spelling_of_PostgresMLs_argument()
    {
        await using var session = await database.OpenAsync();

        (await session.ScalarAsync<string>("SELECT pgml.subtract(vector => ARRAY[3]::real[], subtahend => 1)::text")).ShouldBe("{2}");
    }

    [Fact]
    public async Task Arrays_of_a_domain_and_arrays_that_were_compressed_are_vectors()
    {
        await using var session = await database.OpenAsync();
        await session.ExecuteAsync("""
            CREATE DOMAIN weight AS real;
            CREATE DOMAIN embedding AS float8[];
            CREATE TABLE long_vectors AS SELECT array_agg(i % 2)::real[] AS v FROM generate_series(1, 50000) i;
            """);

        (await session.ScalarAsync<string>("SELECT pgml.add(ARRAY[1, 2]::weight[], 1)::text")).ShouldBe("{2,3}");
        (await session.ScalarAsync<string>("SELECT pgml.add(ARRAY[1, 2]::embedding, 1)::text")).ShouldBe("{2,3}");
        (await session.ScalarAsync<float>("SELECT pgml.norm_l1(pgml.add(v, v)) FROM long_vectors")).ShouldBe(50000f);
    }
}
