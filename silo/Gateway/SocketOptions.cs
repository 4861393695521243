namespace Graincast.Gateway;

/// <summary>What the gateway is told.</summary>
public sealed record SocketOptions(string SocketPath, string Node, int MaxConnections);
