using Graincast.Workers;

namespace Graincast.Training;

/// <summary>How a part of a fit reaches the others. Between two ranks packets arrive in the order of sending.</summary>
internal interface IPeerLink
{
    /// <summary>Sends packets, then waits for one of each wanted rank.</summary>
    byte[][] Exchange(IReadOnlyList<(int Rank, ReadOnlyMemory<byte> Bytes)> sends, IReadOnlyList<int> wanted);
}

/// <summary>Through the worker's silo.</summary>
internal sealed class SiloLink(WorkerOutput output, ParentPipe parent) : IPeerLink
{
    public byte[][] Exchange(IReadOnlyList<(int Rank, ReadOnlyMemory<byte> Bytes)> sends, IReadOnlyList<int> wanted)
    {
        output.Write(new WorkerFrame(WorkerFrameKind.Exchange, ExchangeFrame.Write(sends, wanted)));
        return wanted.Count == 0 ? [] : ExchangeFrame.ReadAnswer(parent.Take().Bytes, wanted.Count);
    }
}
