using System.Data.Common;

namespace Graincast.Telemetry;

/// <summary>What a log says of an exception: all but its words, which may quote a row. Whoever called is told those.</summary>
public static class ExceptionOutline
{
    /// <summary>Types, SQLSTATEs and stack traces, from the outermost exception to the innermost.</summary>
    public static string Of(Exception exception) => string.Join("\n ← ", Chain(exception).Select(Describe));

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (Exception? one = exception; one is not null; one = one.InnerException)
        {
            yield return one;
        }
    }

    private static string Describe(Exception exception)
    {
        string state = exception is GraincastException or DbException ? $" {GraincastActivity.ErrorTypeOf(exception)}" : "";
        return $"{exception.GetType().FullName}{state}\n{exception.StackTrace}";
    }
}
