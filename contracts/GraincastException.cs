namespace Graincast;

/// <summary>
/// An error as a SQL user sees it: an SQLSTATE, a message that names the thing, a detail and a hint that says what to do.
/// Travels through grain calls and over the socket unchanged.
/// </summary>
[GenerateSerializer, Alias("graincast.error")]
public sealed class GraincastException : Exception
{
    /// <summary>Creates the error; <paramref name="sqlState"/> is five characters, one of <see cref="Graincast.SqlState"/>.</summary>
    public GraincastException(string sqlState, string message, string hint = "", string detail = "", Exception? innerException = null)
        : base(message, innerException)
    {
        SqlState = sqlState;
        Hint = hint;
        Detail = detail;
    }

    /// <summary>Five characters.</summary>
    [Id(0)]
    public string SqlState { get; }

    /// <summary>What to do; may be empty.</summary>
    [Id(1)]
    public string Hint { get; }

    /// <summary>More about what was found; may be empty.</summary>
    [Id(2)]
    public string Detail { get; }
}
