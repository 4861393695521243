using Npgsql;

namespace Graincast.Commands;

/// <summary>Connection strings as a user types them.</summary>
internal static class ConnectionStrings
{
    /// <summary>Gives the text back, or an error that says what is wrong with it.</summary>
    public static string Check(string text)
    {
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(text);
            return parsed.Host is null or "" || parsed.Database is null or ""
                ? throw new GraincastException(SqlState.InvalidParameter, "--connection needs at least Host and Database.", "For example: \"Host=localhost;Database=shop;Username=postgres\".")
                : text;
        }
        catch (ArgumentException wrong)
        {
            throw new GraincastException(
                SqlState.InvalidParameter, $"--connection is not a connection string: {wrong.Message}", "For example: \"Host=localhost;Database=shop;Username=postgres\".", innerException: wrong);
        }
    }
}
