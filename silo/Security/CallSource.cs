using Orleans.Runtime;

namespace Graincast.Security;

/// <summary>Who sends Orleans' messages, by their sender's grain id.</summary>
public static class CallSource
{
    /// <summary>The grain type of clients, those within silos too.</summary>
    public static ReadOnlySpan<byte> ClientType => "sys.client"u8;

    /// <summary>What the key of a client within a silo begins with; what comes in for clients must not.</summary>
    public static ReadOnlySpan<byte> SiloClientPrefix => "hosted-"u8;

    /// <summary>Whether a grain or a silo's own client sent it.</summary>
    public static bool IsSilo(GrainId? source) =>
        source is { } grain && (!grain.Type.IsClient() || grain.Key.AsSpan().StartsWith(SiloClientPrefix));
}
