using Npgsql;

namespace Graincast.Client;

/// <summary>What Npgsql throws, as errors that say what to do.</summary>
internal static class DatabaseErrors
{
    /// <summary>The Npgsql error in a chain of causes.</summary>
    public static NpgsqlException? Find(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is NpgsqlException found)
            {
                return found;
            }
        }

        return null;
    }

    public static GraincastException Translate(NpgsqlException exception, string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (exception is not PostgresException error)
        {
            return new GraincastException(
                SqlState.ConnectionFailure,
                $"The database \"{builder.Database}\" at {builder.Host}:{builder.Port} cannot be reached: {exception.Message}",
                "Give UseAdoNetClustering the database in which the silos find each other, on Citus the coordinator's.",
                innerException: exception);
        }

        bool isMissing = error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName;
        return new GraincastException(
            error.SqlState,
            $"The database \"{builder.Database}\" at {builder.Host}:{builder.Port} answered: {error.MessageText}",
            isMissing
                ? "Graincast of this version is not installed there: run graincast install --connection …, on Citus at the coordinator."
                : error.SqlState == PostgresErrorCodes.InsufficientPrivilege
                    ? $"The role \"{builder.Username}\" needs what PUBLIC is granted by graincast install: run it again, it is safe to repeat."
                    : error.Hint ?? "",
            error.Detail ?? "",
            exception);
    }
}
