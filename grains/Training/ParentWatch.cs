namespace Graincast.Training;

/// <summary>Watches a stream that the parent holds open as long as it lives.</summary>
internal static class ParentWatch
{
    /// <summary>Calls <paramref name="ended"/> on a thread of its own when the stream ends or breaks; bytes are ignored.</summary>
    public static void Start(Stream stream, Action ended)
    {
        var thread = new Thread(() =>
        {
            Span<byte> buffer = stackalloc byte[256];
            try
            {
                while (stream.Read(buffer) > 0)
                {
                }
            }
            catch (IOException)
            {
                // A broken pipe says the same as its end.
            }

            ended();
        })
        {
            IsBackground = true,
            Name = "parent watch",
        };
        thread.Start();
    }
}
