using System.Runtime.InteropServices;
using System.Text;
using Graincast.Workers;

namespace Graincast.Onnx;

/// <summary>One model's process: started when it is first asked, and again when it died. Questions are asked one after the other.</summary>
internal sealed class Scorer(string imagePath, ScorerOptions options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private ScorerProcess? _process;

    /// <summary>Rows × outputs scores of rows × inputs. A process that dies under a question by no fault of ours is replaced, once.</summary>
    public async Task<double[]> ScoreAsync(float[] inputs)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            try
            {
                return await AskAsync(inputs).ConfigureAwait(false);
            }
            catch (GraincastException exception) when (exception.SqlState == SqlState.ConnectionLost)
            {
                return await AskAsync(inputs).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Only when nobody asks.</summary>
    public void Dispose()
    {
        _process?.Dispose();
        _turn.Dispose();
    }

    private async Task<double[]> AskAsync(float[] inputs)
    {
        var process = _process ??= await OpenAsync().ConfigureAwait(false);
        try
        {
            var scores = await process.AskAsync(WorkerFrameKind.Rows, MemoryMarshal.AsBytes<float>(inputs).ToArray(), WorkerFrameKind.Scores).ConfigureAwait(false);
            return MemoryMarshal.Cast<byte, double>(scores).ToArray();
        }
        catch when (process.HasEnded)
        {
            _process = null;
            process.Dispose();
            throw;
        }
    }

    private async Task<ScorerProcess> OpenAsync()
    {
        var process = await ScorerProcess.StartAsync(options, time).ConfigureAwait(false);
        try
        {
            await process.AskAsync(WorkerFrameKind.Open, Encoding.UTF8.GetBytes(imagePath), WorkerFrameKind.Ready).ConfigureAwait(false);
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }
}
