using Microsoft.Extensions.Options;
using Npgsql;

namespace Graincast.Client;

/// <summary>The token that calls carry: asked for when needed, kept for two thirds of its lifetime, renewed by one call while others wait for it.</summary>
internal sealed class ClientTokens(IOptions<GraincastClientOptions> options, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _renewal = new(1, 1);
    private volatile Held? _held;

    public void Dispose() => _renewal.Dispose();

    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        if (_held is { } held && IsFresh(held))
        {
            return held.Token;
        }

        await _renewal.WaitAsync(cancellationToken);
        try
        {
            if (_held is { } renewed && IsFresh(renewed))
            {
                return renewed.Token;
            }

            // Counted from before the question: the token may be as old as that.
            long asked = time.GetTimestamp();
            string token = await AskAsync(cancellationToken);
            _held = new Held(token, asked);
            return token;
        }
        finally
        {
            _renewal.Release();
        }
    }

    /// <summary>Forgets a token that was refused, unless another one has taken its place.</summary>
    public void Refused(string token)
    {
        if (_held is { } held && held.Token == token)
        {
            Interlocked.CompareExchange(ref _held, null, held);
        }
    }

    private bool IsFresh(Held held) => time.GetElapsedTime(held.Asked) < options.Value.TokenLifetime * 2 / 3;

    private async ValueTask<string> AskAsync(CancellationToken cancellationToken)
    {
        string token = options.Value.TokenProvider is { } provider ? await provider(cancellationToken) : await SelectAsync(cancellationToken);
        return string.IsNullOrEmpty(token)
            ? throw new GraincastException(SqlState.InvalidAuthorization, "The token provider gave no token.", "GraincastClientOptions.TokenProvider must give what SELECT pgml.client_token() returns.")
            : token;
    }

    private async Task<string> SelectAsync(CancellationToken cancellationToken)
    {
        string connectionString = options.Value.ConnectionString;
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            if (options.Value.Database is { Length: > 0 } database && database != connection.Database)
            {
                // A token is good for the database that gave it.
                connection.ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;
            }

            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pgml.client_token($1)", connection) { Parameters = { new() { Value = options.Value.TokenLifetime } } };
            return await command.ExecuteScalarAsync(cancellationToken) as string ?? "";
        }
        catch (NpgsqlException exception)
        {
            throw DatabaseErrors.Translate(exception, connectionString);
        }
    }

    private sealed record Held(string Token, long Asked);
}
