using System.Text.Json;
using Graincast.Workers;

namespace Graincast.Training;

/// <summary>Writes a worker's frames, each flushed.</summary>
internal sealed class WorkerOutput(Stream stream) : IDisposable
{
    public void Write(WorkerLine line) =>
        Write(new WorkerFrame(WorkerFrameKind.Line, JsonSerializer.SerializeToUtf8Bytes(line, TrainingJson.Default.WorkerLine)));

    public void Write(WorkerFrame frame) => frame.WriteTo(stream);

    public void Dispose() => stream.Dispose();
}
