using System.Data.Common;

namespace Graincast.Security;

/// <summary>Issues tokens and verifies them, with the keys that all silos of the cluster share.</summary>
public sealed partial class Tokens(ITokenKeys table, TokenOptions options, TimeProvider time, ILogger<Tokens> logger) : IDisposable
{
    /// <summary>How far the clocks of two silos may be apart.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>The shortest a token is good.</summary>
    public static readonly TimeSpan MinValidity = TimeSpan.FromSeconds(1);

    /// <summary>The longest a token is good: a key verifies at least as long after its last signature.</summary>
    public static readonly TimeSpan MaxValidity = TimeSpan.FromDays(1);

    // Forged key ids must not make load: no two reads within this time.
    private static readonly TimeSpan MinReadPeriod = TimeSpan.FromSeconds(1);

    // A key that was deleted, because it leaked, is good no longer than this.
    private static readonly TimeSpan MaxReadPeriod = TimeSpan.FromMinutes(1);

    // Keys that are known are good enough meanwhile: a call does not wait longer for a node 0 that hangs.
    private static readonly TimeSpan RenewTimeout = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1);
    private volatile Ring _ring = new([], DateTimeOffset.MinValue);

    /// <summary>A token for a role; <paramref name="backend"/> 0 = for a client. 22023 when <paramref name="validFor"/> is out of bounds.</summary>
    public async Task<string> IssueAsync(string role, string database, TimeSpan validFor, uint backend, CancellationToken cancellationToken)
    {
        if (role.Length == 0 || validFor < MinValidity || validFor > MaxValidity)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                $"a token for role \"{role}\" cannot be valid for {validFor.TotalSeconds} s",
                "Give valid_for an interval from 1 second to 1 day.");
        }

        TokenKey key = await SigningKeyAsync(cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        return TokenText.Write(new Token(role, database, options.ClusterId, now, now + validFor, backend), key);
    }

    /// <summary>What the token says. 28000 unless this cluster issued it for this database and this backend (0 = for clients) and it is good now.</summary>
    public async ValueTask<Token> VerifyAsync(string text, string database, uint backend, CancellationToken cancellationToken)
    {
        if (TokenText.KeyOf(text) is not { } id)
        {
            throw Refused("the token is damaged");
        }

        TokenKey key = await KeyAsync(id, cancellationToken) ?? throw Refused("the token's key is not, or no longer, one of this cluster");
        Token token = TokenText.Read(text, key) ?? throw Refused("the token is forged or damaged");
        DateTimeOffset now = time.GetUtcNow();
        return token switch
        {
            _ when token.ClusterId != options.ClusterId => throw Refused($"the token is for cluster \"{token.ClusterId}\", not for \"{options.ClusterId}\""),
            _ when token.Database != database => throw Refused($"the token is for database \"{token.Database}\", not for \"{database}\""),
            _ when token.Backend != backend => throw Refused(backend == 0 ? "the token is not one for clients" : "the token is not one for this session"),
            _ when now >= token.Expires + ClockSkew => throw Refused($"the token expired at {token.Expires:u}"),
            _ when now < token.Issued - ClockSkew => throw Refused($"the token is issued for {token.Issued:u}, which is to come"),
            _ => token,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    internal static GraincastException Refused(string why) => new(SqlState.InvalidAuthorization, why, "Get a new one in SQL: SELECT pgml.client_token().");

    private async Task<TokenKey> SigningKeyAsync(CancellationToken cancellationToken)
    {
        Ring ring = _ring;
        if (ring.Newest is { } newest && newest.Created + TokenKey.Lifetime > time.GetUtcNow() && ring.IsYounger(MaxReadPeriod, time))
        {
            return newest;
        }

        await ReadAsync(seen: ring, isNeeded: ring.Newest is not { } known || known.Created + TokenKey.Lifetime <= time.GetUtcNow(), table.RenewAsync, cancellationToken);
        return _ring.Newest ?? throw new GraincastException(
            SqlState.ObjectNotInState,
            "there is no key to sign tokens with",
            "Run \"graincast install --connection …\" on the database of the silos' tables, then restart the silo.");
    }

    private async ValueTask<TokenKey?> KeyAsync(long id, CancellationToken cancellationToken)
    {
        Ring ring = _ring;
        TokenKey? key = ring.Find(id);
        if (!ring.IsYounger(key is null ? MinReadPeriod : MaxReadPeriod, time))
        {
            await ReadAsync(seen: ring, isNeeded: key is null, table.ReadAsync, cancellationToken);
            key = _ring.Find(id);
        }

        return key;
    }

    /// <summary>One at a time, and nothing when another caller has read since; who can do without does not wait for another's reading.</summary>
    private async Task ReadAsync(Ring seen, bool isNeeded, Func<CancellationToken, Task<IReadOnlyList<TokenKey>>> read, CancellationToken cancellationToken)
    {
        if (!await _reading.WaitAsync(isNeeded ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken))
        {
            return;
        }

        using var limit = new CancellationTokenSource(isNeeded ? Timeout.InfiniteTimeSpan : RenewTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            if (ReferenceEquals(_ring, seen))
            {
                _ring = new Ring(await read(either.Token), time.GetUtcNow());
            }
        }
        catch (Exception exception) when (seen.Newest is not null && (exception is DbException or GraincastException || (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)))
        {
            // With node 0 down the keys that are known are good enough; asked again a second later.
            LogKeysUnreadable(logger, exception.Message);
            _ring = seen with { Read = time.GetUtcNow() - MaxReadPeriod + MinReadPeriod };
        }
        finally
        {
            _reading.Release();
        }
    }

    private sealed record Ring(IReadOnlyList<TokenKey> Keys, DateTimeOffset Read)
    {
        public TokenKey? Newest => Keys.Count > 0 ? Keys[0] : null;

        public TokenKey? Find(long id) => Keys.FirstOrDefault(key => key.Id == id);

        public bool IsYounger(TimeSpan age, TimeProvider time) => time.GetUtcNow() - Read < age;
    }
}
