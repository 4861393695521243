using System.Runtime.CompilerServices;
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

    public LightGbmNetwork(Communicator ranks)
    {
        if (ranks.Size > 1)
        {
            _ranks = ranks;
            LightGbmApi.Check(LightGbmApi.NetworkInitWithFunctions(ranks.Size, ranks.Rank, &ReduceScatter, &AllGather));
        }
    }

    public void Dispose()
    {
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
            End(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void AllGather(byte* input, int inputBytes, int* starts, int* lengths, int blocks, byte* output, int outputBytes)
    {
        try
        {
            var parts = _ranks!.AllGather(new ReadOnlySpan<byte>(input, inputBytes));
            for (var rank = 0; rank < blocks; rank++)
            {
                parts[rank].CopyTo(new Span<byte>(output + starts[rank], lengths[rank]));
            }
        }
        catch (Exception e)
        {
            End(e);
        }
    }

    // LightGBM cannot be unwound, and what it would go on with is no histogram. The silo reports the process' end.
    private static void End(Exception e) => Environment.FailFast("a collective of LightGBM failed", e);
}
