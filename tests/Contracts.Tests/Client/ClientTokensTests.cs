using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Graincast.Client;

public sealed class ClientTokensTests
{
    private readonly FakeTimeProvider _time = new();
    private int _asked;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_kept_for_two_thirds_of_its_lifetime()
    {
        using ClientTokens tokens = Tokens(_ => ValueTask.FromResult($"token-{++_asked}"));
        (await tokens.GetAsync(Test)).ShouldBe("token-1");
        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        (await tokens.GetAsync(Test)).ShouldBe("token-1");
        _time.Advance(TimeSpan.FromTicks(1));
        (await tokens.GetAsync(Test)).ShouldBe("token-2");
    }

    [Fact]
    public async Task A_hundred_calls_at_once_ask_for_one_token()
    {
        var answer = new TaskCompletionSource<string>();
        using ClientTokens tokens = Tokens(_ =>
        {
            _asked++;
            return new ValueTask<string>(answer.Task);
        });
        Task<string>[] calls = [.. Enumerable.Range(0, 100).Select(_ => tokens.GetAsync(Test).AsTask())];
        answer.SetResult("token");
        (await Task.WhenAll(calls)).ShouldAllBe(token => token == "token");
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_token_is_forgotten_and_a_newer_one_is_not()
    {
        using ClientTokens tokens = Tokens(_ => ValueTask.FromResult($"token-{++_asked}"));
        await tokens.GetAsync(Test);
        tokens.Refused("token-1");
        (await tokens.GetAsync(Test)).ShouldBe("token-2");
        tokens.Refused("token-1");
        (await tokens.GetAsync(Test)).ShouldBe("token-2");
    }

    [Fact]
    public async Task A_provider_that_fails_is_asked_again_by_the_next_call()
    {
        using ClientTokens tokens = Tokens(_ => ++_asked == 1 ? throw new TimeoutException() : ValueTask.FromResult("token"));
        await Should.ThrowAsync<TimeoutException>(() => tokens.GetAsync(Test).AsTask());
        (await tokens.GetAsync(Test)).ShouldBe("token");
    }

    [Fact]
    public async Task A_provider_that_gives_nothing_is_28000()
    {
        using ClientTokens tokens = Tokens(_ => ValueTask.FromResult(""));
        (await Should.ThrowAsync<GraincastException>(() => tokens.GetAsync(Test).AsTask())).SqlState.ShouldBe(SqlState.InvalidAuthorization);
    }

    private ClientTokens Tokens(Func<CancellationToken, ValueTask<string>> provider) =>
        new(Options.Create(new GraincastClientOptions { TokenProvider = provider, TokenLifetime = TimeSpan.FromMinutes(15) }), _time);
}
