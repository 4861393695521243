using Npgsql;

namespace Flowers;

/// <summary>What the program predicts about, made in SQL.</summary>
internal static class FlowerTable
{
    /// <summary>The table flowers, with a key, and a view of it without, to learn from. The silo's role reads them on this program's behalf.</summary>
    public static Task CreateAsync(string connectionString) => ExecuteAsync(connectionString, """
        SELECT pgml.load_dataset('iris');
        CREATE TABLE IF NOT EXISTS public.flowers (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            sepal_length real NOT NULL, sepal_width real NOT NULL, petal_length real NOT NULL, petal_width real NOT NULL,
            species text NOT NULL);
        INSERT INTO public.flowers (sepal_length, sepal_width, petal_length, petal_width, species)
        SELECT sepal_length, sepal_width, petal_length, petal_width, (ARRAY['setosa', 'versicolor', 'virginica'])[target + 1] FROM pgml.iris
        WHERE NOT EXISTS (SELECT FROM public.flowers);
        CREATE OR REPLACE VIEW public.flower_measures AS SELECT sepal_length, sepal_width, petal_length, petal_width, species FROM public.flowers;
        GRANT SELECT ON public.flowers, public.flower_measures TO graincast;
        """);

    /// <summary>Says where rows of the project are found by key.</summary>
    public static Task CreateSourceAsync(string connectionString) =>
        ExecuteAsync(
        connectionString,
        "SELECT pgml.create_feature_source('flower_species', 'public.flowers') WHERE NOT EXISTS (SELECT FROM pgml.feature_sources WHERE name = 'flower_species')");

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);
        await using NpgsqlCommand command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
