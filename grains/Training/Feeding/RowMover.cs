namespace Graincast.Training;

/// <summary>Sends the rows of ended feeds to the trainer of another node, as one feed of that one.</summary>
internal static class RowMover
{
    private const int BlockBytes = 1 << 20;

    public static async Task MoveAsync(FeedFolder rows, ITrainerGrain target, CancellationToken cancellationToken)
    {
        var feed = Guid.NewGuid();
        foreach (var file in rows.Ended)
        {
            await using var stream = File.OpenRead(file.Path);
            var left = file.SizeBytes;
            while (left > 0)
            {
                var block = new byte[Math.Min(left, BlockBytes)];
                await stream.ReadExactlyAsync(block, cancellationToken);
                left -= block.Length;
                // A block may end within a row; what counts is the number at the feed's end.
                await target.AppendAsync(feed, new RowBlock(left == 0 ? (int)file.Rows : 0, block));
            }
        }

        await target.EndFeedAsync(feed, rows.Count().Rows);
    }
}
