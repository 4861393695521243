namespace Graincast.Servers;

/// <summary>
/// A data directory for one test: short, because Unix sockets allow 107 bytes, and outside of private folders, because root's Postgres runs as postgres.
/// What runs in it is stopped and the directory deleted at the end, also when the test host ends early.
/// </summary>
public sealed class TestDirectory : IAsyncDisposable
{
    private readonly EventHandler _atExit;

    public TestDirectory()
    {
        Directory.CreateDirectory(Path);
        // mkdtemp's 0700 would lock root's Postgres out.
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
        _atExit = (_, _) => CleanAsync().GetAwaiter().GetResult();
        AppDomain.CurrentDomain.ProcessExit += _atExit;
    }

    public string Path { get; } = System.IO.Path.Combine("/tmp", $"gc-{Guid.NewGuid():N}"[..11]);

    public string Data => System.IO.Path.Combine(Path, "d");

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _atExit;
        await CleanAsync();
    }

    private async Task CleanAsync()
    {
        if (!Directory.Exists(Path))
        {
            return;
        }
        try
        {
            await Cli.MustSucceedAsync("down", "--data", Data);
        }
        finally
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
