using System.Text.Json;

namespace Graincast.Training;

/// <summary>Writes a worker's lines, each flushed.</summary>
internal sealed class WorkerOutput(Stream stream) : IDisposable
{
    public void Write(WorkerLine line)
    {
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, TrainingJson.Default.WorkerLine), (byte)'\n']);
        stream.Flush();
    }

    public void Dispose() => stream.Dispose();
}
