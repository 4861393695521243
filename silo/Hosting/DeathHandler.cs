using Microsoft.Extensions.Logging.Console;
using Orleans.Runtime;

namespace Graincast.Hosting;

/// <summary>
/// What a silo does that learns that the others took it for dead, most likely after it was frozen or on a machine that was too busy: it ends at once, its workers
/// end with it. Another one takes its place, in the same process: the embedded form has nobody who would start it.
/// </summary>
public sealed partial class DeathHandler(IEnumerable<ILoggerProvider> loggers, ILogger<DeathHandler> logger) : IFatalErrorHandler
{
    private const int ExitCode = 1;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        LogDying(logger, exception, context ?? "");
        // What waits in the console's queue is written: of the silo that ends this is all that is left. The factory would not do it, these are not its own.
        foreach (var console in loggers.OfType<ConsoleLoggerProvider>())
        {
            console.Dispose();
        }

        try
        {
            // The next silo empties the folder of rows before it takes any.
            OwnProgram.StartAnew();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: no other silo takes its place: {failed.Message}");
            Environment.Exit(ExitCode);
        }
    }
}
