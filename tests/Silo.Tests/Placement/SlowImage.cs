using Graincast.Scoring;

namespace Graincast.Placement;

/// <summary>An image of the catalog whose reading ends when a test says so.</summary>
public sealed class SlowImage
{
    private readonly byte[] _bytes = ImageWriter.Write(new ModelImage(
        ModelTask.Regression, [ImageColumn.Number("x")], new LinearLearner([2], [1]), Link.Identity, 1, [], "{}"));

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _questions;
    private int _reads;

    public string Sha256 => ImageHash.Name(_bytes);

    /// <summary>How often it was asked whether a model has it.</summary>
    public int Questions => Volatile.Read(ref _questions);

    public int Reads => Volatile.Read(ref _reads);

    public bool IsNamed(string sha256)
    {
        if (sha256 != Sha256)
        {
            return false;
        }

        Interlocked.Increment(ref _questions);
        return true;
    }

    public async Task<bool> CopyAsync(Stream destination)
    {
        Interlocked.Increment(ref _reads);
        await _end.Task;
        await destination.WriteAsync(_bytes);
        return true;
    }

    public void EndReading() => _end.SetResult();
}
