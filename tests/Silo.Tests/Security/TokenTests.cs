using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Security;

public sealed class TokenTests : IDisposable
{
    private const string Base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const string Database = "app";

    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
    private readonly MemoryKeys _keys;
    private readonly Tokens _tokens;

    public TokenTests()
    {
        _keys = new MemoryKeys(_time);
        _tokens = Silo();
    }

    public void Dispose() => _tokens.Dispose();

    [Theory, InlineData("alice"), InlineData("“ü” \"quoted\"; DROP"), InlineData("🌾")]
    public async Task A_token_says_at_another_silo_who_asked_for_it_and_where(string role)
    {
        string text = await _tokens.IssueAsync(role, Database, Quarter, 0, CancellationToken.None);
        using Tokens other = Silo();

        Token token = await other.VerifyAsync(text, Database, 0, CancellationToken.None);

        token.ShouldBe(new Token(role, Database, "graincast", _time.GetUtcNow(), _time.GetUtcNow() + Quarter, 0));
    }

    [Fact]
    public async Task No_bit_of_a_token_may_be_another()
    {
        string text = await IssueAsync();
        int accepted = 0;
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            accepted += await IsAcceptedAsync(Encoding.Latin1.GetString(flipped)) ? 1 : 0;
        }

        accepted.ShouldBe(0);
    }

    [Fact]
    public async Task No_character_of_a_token_may_be_another_lack_or_come_twice()
    {
        string text = await IssueAsync();
        int accepted = 0;
        for (int at = 0; at <= text.Length; at++)
        {
            accepted += at < text.Length && await IsAcceptedAsync(text[..at]) ? 1 : 0;
            accepted += at > 0 && await IsAcceptedAsync(text[at..]) ? 1 : 0;
            foreach (char other in Base64Url + ".=\n \0é")
            {
                accepted += await IsAcceptedAsync(text.Insert(at, other.ToString())) ? 1 : 0;
                accepted += at < text.Length && text[at] != other && await IsAcceptedAsync($"{text[..at]}{other}{text[(at + 1)..]}") ? 1 : 0;
            }
        }

        accepted.ShouldBe(0);
        (await IsAcceptedAsync(text)).ShouldBeTrue();
    }

    [Fact]
    public async Task Parts_of_two_tokens_are_none()
    {
        string[] one = (await IssueAsync("alice")).Split('.');
        string[] other = (await IssueAsync("mallory")).Split('.');

        (await IsAcceptedAsync($"{one[0]}.{other[1]}")).ShouldBeFalse();
        (await IsAcceptedAsync($"{other[0]}.{one[1]}")).ShouldBeFalse();
        (await IsAcceptedAsync($"{one[0]}.")).ShouldBeFalse();
        (await IsAcceptedAsync($".{one[1]}")).ShouldBeFalse();
        (await IsAcceptedAsync(new string('A', 1 << 20))).ShouldBeFalse();
        (await IsAcceptedAsync("")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_of_the_same_number_that_is_another_clusters_signs_nothing()
    {
        var theirs = new MemoryKeys(_time);
        using var forger = new Tokens(theirs, new TokenOptions("graincast"), _time, NullLogger<Tokens>.Instance);
        await IssueAsync();

        string forged = await forger.IssueAsync("postgres", Database, Quarter, 0, CancellationToken.None);

        (await RefusedAsync(forged)).Message.ShouldContain("forged");
    }

    [Fact]
    public async Task A_token_is_good_in_its_own_database_and_cluster_only()
    {
        string text = await IssueAsync();
        using var other = new Tokens(_keys, new TokenOptions("another"), _time, NullLogger<Tokens>.Instance);

        GraincastException foreign = await Should.ThrowAsync<GraincastException>(async () => await _tokens.VerifyAsync(text, "another", 0, CancellationToken.None));
        GraincastException cluster = await Should.ThrowAsync<GraincastException>(async () => await other.VerifyAsync(text, Database, 0, CancellationToken.None));

        (foreign.SqlState, foreign.Hint).ShouldBe((SqlState.InvalidAuthorization, "Get a new one in SQL: SELECT pgml.client_token()."));
        foreign.Message.ShouldContain("database \"app\"");
        (cluster.SqlState, cluster.Message.Contains("cluster \"graincast\"", StringComparison.Ordinal)).ShouldBe((SqlState.InvalidAuthorization, true));
    }

    [Fact]
    public async Task A_clients_token_is_none_for_a_session_nor_one_sessions_for_another_or_for_clients()
    {
        string client = await IssueAsync();
        string session = await _tokens.IssueAsync("alice", Database, Quarter, 4711, CancellationToken.None);

        (await _tokens.VerifyAsync(session, Database, 4711, CancellationToken.None)).Role.ShouldBe("alice");
        foreach ((string text, uint backend) in new[] { (client, 4711u), (session, 0u), (session, 4712u) })
        {
            (await Should.ThrowAsync<GraincastException>(async () => await _tokens.VerifyAsync(text, Database, backend, CancellationToken.None)))
                .SqlState.ShouldBe(SqlState.InvalidAuthorization);
        }
    }

    [Fact]
    public async Task A_token_ends_when_it_says_give_or_take_the_clocks()
    {
        string text = await IssueAsync();
        _time.Advance(Quarter + Tokens.ClockSkew - TimeSpan.FromMilliseconds(1));
        (await IsAcceptedAsync(text)).ShouldBeTrue();

        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await RefusedAsync(text)).Message.ShouldContain("expired at 2026-11-25 12:15:00Z");
    }

    [Fact]
    public async Task A_token_of_a_clock_that_is_ahead_is_refused()
    {
        string text = await IssueAsync();
        var behind = new FakeTimeProvider(_time.GetUtcNow() - Tokens.ClockSkew - TimeSpan.FromMilliseconds(1));
        using var other = new Tokens(_keys, new TokenOptions("graincast"), behind, NullLogger<Tokens>.Instance);

        (await Should.ThrowAsync<GraincastException>(async () => await other.VerifyAsync(text, Database, 0, CancellationToken.None))).Message.ShouldContain("is to come");
    }

    [Theory, InlineData(999), InlineData(86_400_001), InlineData(0), InlineData(-1)]
    public async Task A_validity_out_of_bounds_is_refused(int ms)
    {
        GraincastException error = await Should.ThrowAsync<GraincastException>(() => _tokens.IssueAsync("alice", Database, TimeSpan.FromMilliseconds(ms), 0, CancellationToken.None));

        (error.SqlState, error.Hint).ShouldBe((SqlState.InvalidParameter, "Give valid_for an interval from 1 second to 1 day."));
    }

    [Fact]
    public async Task A_new_key_signs_each_day_and_the_two_before_it_still_verify()
    {
        string first = await _tokens.IssueAsync("alice", Database, Tokens.MaxValidity, 0, CancellationToken.None);
        long? key = TokenText.KeyOf(first);
        _time.Advance(TokenKey.Lifetime - TimeSpan.FromMilliseconds(1));
        string late = await _tokens.IssueAsync("alice", Database, Tokens.MaxValidity, 0, CancellationToken.None);
        TokenText.KeyOf(late).ShouldBe(key);

        _time.Advance(TokenKey.Lifetime - TimeSpan.FromMinutes(1));

        string second = await IssueAsync();
        TokenText.KeyOf(second).ShouldBe(key + 1);
        (await IsAcceptedAsync(late)).ShouldBeTrue();
        (await RefusedAsync(first)).Message.ShouldContain("expired");
        for (int day = 0; day < 2; day++)
        {
            _time.Advance(TokenKey.Lifetime);
            await IssueAsync();
        }

        (await RefusedAsync(first)).Message.ShouldContain("key");
    }

    [Fact]
    public async Task Unknown_keys_are_looked_for_once_a_second_however_many_tokens_name_them()
    {
        string text = await IssueAsync();
        using Tokens silo = Silo();
        await silo.VerifyAsync(text, Database, 0, CancellationToken.None);
        int asked = _keys.Asked;
        string unknown = TokenText.Write(new Token("alice", Database, "graincast", _time.GetUtcNow(), _time.GetUtcNow() + Quarter, 0), new TokenKey(99, new byte[32], default));

        for (int i = 0; i < 1_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Should.ThrowAsync<GraincastException>(async () => await silo.VerifyAsync(unknown, Database, 0, CancellationToken.None));
        }

        (_keys.Asked - asked).ShouldBeInRange(9, 10);
    }

    [Fact]
    public async Task A_key_that_was_deleted_is_worth_nothing_a_minute_later()
    {
        string text = await IssueAsync();
        _keys.Clear();
        (await IsAcceptedAsync(text)).ShouldBeTrue();

        _time.Advance(TimeSpan.FromMinutes(1));

        (await IsAcceptedAsync(text)).ShouldBeFalse();
    }

    [Fact]
    public async Task Keys_that_are_known_do_while_their_database_is_down()
    {
        string text = await IssueAsync();
        _keys.Failure = new NpgsqlException("down");
        _time.Advance(TimeSpan.FromMinutes(2));

        (await IsAcceptedAsync(text)).ShouldBeTrue();
        (await IsAcceptedAsync(await IssueAsync())).ShouldBeTrue();
        using Tokens started = Silo();
        await Should.ThrowAsync<NpgsqlException>(async () => await started.VerifyAsync(text, Database, 0, CancellationToken.None));
    }

    [Fact]
    public async Task Only_one_call_waits_a_second_for_a_database_that_hangs_while_the_key_is_known()
    {
        string text = await IssueAsync();
        _keys.Hangs = true;
        _time.Advance(TimeSpan.FromMinutes(2));

        Task<bool> first = IsAcceptedAsync(text);
        (await IsAcceptedAsync(text)).ShouldBeTrue();
        first.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        (await first).ShouldBeTrue();
    }

    private Tokens Silo() => new(_keys, new TokenOptions("graincast"), _time, NullLogger<Tokens>.Instance);

    private Task<string> IssueAsync(string role = "alice") => _tokens.IssueAsync(role, Database, Quarter, 0, CancellationToken.None);

    private async Task<GraincastException> RefusedAsync(string text)
    {
        GraincastException error = await Should.ThrowAsync<GraincastException>(async () => await _tokens.VerifyAsync(text, Database, 0, CancellationToken.None));
        error.SqlState.ShouldBe(SqlState.InvalidAuthorization);
        return error;
    }

    /// <summary>Any other error than a refusal fails the test.</summary>
    private async Task<bool> IsAcceptedAsync(string text)
    {
        try
        {
            await _tokens.VerifyAsync(text, Database, 0, CancellationToken.None);
            return true;
        }
        catch (GraincastException exception) when (exception.SqlState == SqlState.InvalidAuthorization)
        {
            return false;
        }
    }
}
