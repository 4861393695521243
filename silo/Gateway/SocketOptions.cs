namespace Graincast.Gateway;

/// <summary>What the gateway is told. <paramref name="PostgresUserId"/> is an OS user whose connections it takes besides its own, root's and the folder's owner's.</summary>
public sealed record SocketOptions(string SocketPath, string Node, int MaxConnections, uint? PostgresUserId = null);
