namespace Graincast.Security;

/// <summary>Where the silos keep the keys they share: a table that only their role can read.</summary>
public interface ITokenKeys
{
    /// <summary>The keys whose tokens verify, the newest first: that one and the two before it.</summary>
    Task<IReadOnlyList<TokenKey>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>As <see cref="ReadAsync"/>, after a new key was added if the newest is older than <see cref="TokenKey.Lifetime"/>. Silos that call at once add one between them.</summary>
    Task<IReadOnlyList<TokenKey>> RenewAsync(CancellationToken cancellationToken);
}
