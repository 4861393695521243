namespace Graincast.Security;

/// <summary>What a token says.</summary>
/// <param name="Role">Whom its bearer acts for, by name.</param>
/// <param name="Database">Where.</param>
/// <param name="ClusterId">Orleans' cluster id: of two clusters that share a database of keys, neither takes the other's tokens.</param>
/// <param name="Issued">When it was made.</param>
/// <param name="Expires">From when on it is refused.</param>
/// <param name="Backend">
/// 0 for a client's token. Else the process id of the only backend that may act by it: a token that a silo issued to itself. Neither kind is taken for the other.
/// </param>
public sealed record Token(string Role, string Database, string ClusterId, DateTimeOffset Issued, DateTimeOffset Expires, uint Backend);
