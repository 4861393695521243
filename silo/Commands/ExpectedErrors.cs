using Npgsql;

namespace Graincast.Commands;

/// <summary>Errors that a user can do something about: one line and a hint, no stack trace.</summary>
internal static class ExpectedErrors
{
    /// <summary>Runs a command and turns what went wrong into an exit code.</summary>
    public static async Task<int> ReportAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (GraincastException error)
        {
            return Fail(error.Message, error.Hint);
        }
        catch (PostgresException error)
        {
            return Fail($"{error.MessageText} ({error.SqlState}{Node(error)})", error.Hint ?? error.Detail ?? "");
        }
        catch (NpgsqlException error)
        {
            return Fail($"Postgres cannot be reached: {error.InnerException?.Message ?? error.Message}", "`graincast status` says whether it runs.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Fail(error.Message, "");
        }
        catch (OperationCanceledException)
        {
            return Fail("Cancelled.", "");
        }
    }

    /// <summary>Citus says in the context which node an error came from.</summary>
    private static string Node(PostgresException error)
    {
        const string context = "while executing command on ";
        return error.Where?.Split('\n').FirstOrDefault(line => line.StartsWith(context, StringComparison.Ordinal)) is { } line ? $", from {line[context.Length..]}" : "";
    }

    private static int Fail(string message, string hint)
    {
        Terminal.Error(message, hint);
        return ExitCode.Failure;
    }
}
