using System.Security.Cryptography;

namespace Graincast.Security;

/// <summary>The table of keys in memory, with its own clock; it counts how often it is asked.</summary>
public sealed class MemoryKeys(TimeProvider time) : ITokenKeys
{
    private readonly List<TokenKey> _keys = [];

    /// <summary>Reads and renewals so far.</summary>
    public int Asked { get; private set; }

    /// <summary>What the next calls throw.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether the next calls wait until they are cancelled.</summary>
    public bool Hangs { get; set; }

    public void Clear() => _keys.Clear();

    public async Task<IReadOnlyList<TokenKey>> ReadAsync(CancellationToken cancellationToken)
    {
        Asked++;
        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return Failure is { } failure ? throw failure : [.. _keys.AsEnumerable().Reverse().Take(3)];
    }

    public Task<IReadOnlyList<TokenKey>> RenewAsync(CancellationToken cancellationToken)
    {
        if (Failure is null && (_keys.Count == 0 || _keys[^1].Created + TokenKey.Lifetime <= time.GetUtcNow()))
        {
            _keys.Add(new TokenKey(_keys.Count + 1, RandomNumberGenerator.GetBytes(TokenKey.SecretBytes), time.GetUtcNow()));
        }

        return ReadAsync(cancellationToken);
    }
}
