using System.Buffers.Binary;
using System.Net.Sockets;

namespace Graincast.Gateway;

/// <summary>Who is at the other end of a Unix socket, as the kernel says (SO_PEERCRED). An OS user, not a SQL role.</summary>
public readonly record struct PeerCredentials(int Pid, uint UserId)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>Reads the peer of <paramref name="socket"/>.</summary>
    public static PeerCredentials Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Span<byte> credentials = stackalloc byte[12]; // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return new PeerCredentials(BinaryPrimitives.ReadInt32LittleEndian(credentials), BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]));
    }
}
