using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Graincast.Training;

/// <summary>
/// LightGBM's collectives (data-parallel tree learning, Meng et al., NIPS 2016) carried by a <see cref="Communicator"/>. LightGBM keeps its network by
/// thread: everything between creation and disposal must happen on one.
/// </summary>
internal sealed unsafe class LightGbmNetwork : IDisposable
{
    [ThreadStatic]
    private static Communicator? _ranks;

    // LightGBM cannot be unwound: it goes on with zeros until its call returns.
    [ThreadStatic]
    private static Exception? _failure;

    public LightGbmNetwork(Communicator ranks)
    {
        if (ranks.Size > 1)
        {
            _ranks = ranks;
            LightGbmApi.Check(LightGbmApi.NetworkInitWithFunctions(ranks.Size, ranks.Rank, &ReduceScatter, &AllGather));
        }
    }

    /// <summary>Throws what a collective of this thread failed with: what LightGBM did since is nothing.</summary>
    public static void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose()
    {
        _failure = null;
        if (_ranks is not null)
        {
            _ranks = null;
            LightGbmApi.Check(LightGbmApi.NetworkFree());
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReduceScatter(byte* input, int inputBytes, int typeBytes, int* starts, int* lengths, int blocks, byte* output, int outputBytes,
        delegate* unmanaged[Cdecl]<byte*, byte*, int, int, void>* reducer)
    {
        try
        {
            ThrowIfFailed();
            var outgoing = new ReadOnlyMemory<byte>?[blocks];
            for (var rank = 0; rank < blocks; rank++)
            {
                outgoing[rank] = new ReadOnlySpan<byte>(input + starts[rank], lengths[rank]).ToArray();
            }

            var terms = _ranks!.Exchange(outgoing, Enumerable.Repeat(true, blocks).ToArray());
            terms[0].CopyTo(new Span<byte>(output, outputBytes));
            foreach (var term in terms.AsSpan(1))
            {
                fixed (byte* bytes = term)
                {
                    (*reducer)(bytes, output, typeBytes, term.Length);
                }
            }
        }
        catch (Exception e)
        {
            _failure ??= e;
            new Span<byte>(output, outputBytes).Clear();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AllGather(byte* input, int inputBytes, int* starts, int* lengths, int blocks, byte* output, int outputBytes)
    {
        try
        {
            ThrowIfFailed();
            var parts = _ranks!.AllGather(new ReadOnlySpan<byte>(input, inputBytes));
            for (var rank = 0; rank < blocks; rank++)
            {
                parts[rank].CopyTo(new Span<byte>(output + starts[rank], lengths[rank]));
            }
        }
        catch (Exception e)
        {
            _failure ??= e;
            new Span<byte>(output, outputBytes).Clear();
        }
    }
}
