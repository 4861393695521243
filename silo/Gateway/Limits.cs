using Graincast.Wire;

namespace Graincast.Gateway;

/// <summary>Bounds of the socket. PROTOCOL.md names those that a client meets.</summary>
public static class Limits
{
    /// <summary>A connection that has not said Hello by then is closed; so is one whose header stops half-way.</summary>
    public const int HeaderTimeoutMs = 5_000;

    /// <summary>Connections waiting to be accepted.</summary>
    public const int Backlog = 512;

    /// <summary>The pause after a connection could not be accepted.</summary>
    public const int AcceptRetryMs = 100;

    /// <summary>How long a silo that stops lets calls go on. Those that last longer, long trainings, are lost with it.</summary>
    public const int DrainTimeoutMs = 10_000;

    /// <summary>How long a silo that stops waits before that for the ends of trainings in the background to be in the catalog.</summary>
    public const int RunDrainTimeoutMs = 5_000;

    /// <summary>How often a Fit that takes its time says that the silo lives.</summary>
    public const int HeartbeatMs = 2_000;

    /// <summary>Feeds that one connection may have open at once: one a call site of pgml.feed.</summary>
    public const int FeedsPerConnection = 4_096;

    /// <summary>The largest image that an ImageMade can carry behind its length.</summary>
    public const int ImageMadeBytes = FrameHeader.MaxPayloadBytes - sizeof(uint);
}
