namespace Graincast.Embedded;

/// <summary>One command at a time works on a data directory.</summary>
internal static class WorkLock
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Waits for the command before; what comes back is held until it is disposed of.</summary>
    public static async Task<IDisposable> TakeAsync(DataDirectory data, CancellationToken cancellation)
    {
        FileStream? held = null;
        bool TryLock()
        {
            try
            {
                held = new FileStream(data.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return true;
            }
            catch (IOException inUse) when (inUse is not (FileNotFoundException or DirectoryNotFoundException))
            {
                return false;
            }
        }
        return await Deadline.WaitAsync(TryLock, Timeout, cancellation)
            ? held!
            : throw new GraincastException(SqlState.ObjectNotInState, $"Another graincast command has been at work in {data.Root} for {Timeout.TotalMinutes} minutes.");
    }
}
