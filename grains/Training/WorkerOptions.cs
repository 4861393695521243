using Graincast.Workers;

namespace Graincast.Training;

/// <summary>Of a training's process: its task is the training.</summary>
public sealed record WorkerOptions : ChildOptions
{
    /// <summary>Where runs keep their rows; one folder a run, deleted when it is over.</summary>
    public required string ColumnsDirectory { get; init; }
}
