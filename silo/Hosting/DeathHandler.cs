using Orleans.Runtime;

namespace Graincast.Hosting;

/// <summary>
/// What a silo does that learns that the others took it for dead, most likely after it was frozen: it ends at once, its workers end with it, and no row that
/// it was fed stays on disk. A new one may be started at once.
/// </summary>
public sealed partial class DeathHandler(string columns, ILogger<DeathHandler> logger) : IFatalErrorHandler
{
    private const int ExitCode = 1;

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => true;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        LogDying(logger, exception, context ?? "");
        if (Directory.Exists(columns))
        {
            Directory.Delete(columns, recursive: true);
        }

        Environment.Exit(ExitCode);
    }
}
