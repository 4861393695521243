using Graincast.Batching;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Batching;

public sealed class BatcherTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Rounds _rounds = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_question_that_comes_alone_is_asked_at_once()
    {
        var answer = Batcher().AskAsync(1, Cancellation);

        (await _rounds.NextAsync()).ShouldAsk(1);
        (await answer).ShouldBe("answer to 1");
    }

    [Fact]
    public async Task Questions_that_come_while_another_is_answered_are_asked_together()
    {
        var batcher = Batcher();
        var first = batcher.AskAsync(1, Cancellation);
        var round = await _rounds.NextAsync();
        var others = new[] { batcher.AskAsync(2, Cancellation), batcher.AskAsync(3, Cancellation) };

        round.ShouldAsk(1);
        (await _rounds.NextAsync()).ShouldAsk(2, 3);
        (await first).ShouldBe("answer to 1");
        (await Task.WhenAll(others)).ShouldBe(["answer to 2", "answer to 3"]);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_limit_for_a_round_that_takes_long()
    {
        var batcher = Batcher();
        var slow = batcher.AskAsync(1, Cancellation);
        var round = await _rounds.NextAsync();
        var waiting = batcher.AskAsync(2, Cancellation);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await _rounds.NextAsync()).ShouldAsk(2);
        (await waiting).ShouldBe("answer to 2");
        slow.IsCompleted.ShouldBeFalse();
        round.ShouldAsk(1);
        (await slow).ShouldBe("answer to 1");
    }

    [Fact]
    public async Task A_round_has_a_limit_and_what_is_over_it_is_asked_next()
    {
        var batcher = Batcher(maxQuestions: 2);
        var first = batcher.AskAsync(1, Cancellation);
        var round = await _rounds.NextAsync();
        var others = Task.WhenAll(Enumerable.Range(2, 3).Select(question => batcher.AskAsync(question, Cancellation)));

        round.ShouldAsk(1);
        (await _rounds.NextAsync()).ShouldAsk(2, 3);
        (await _rounds.NextAsync()).ShouldAsk(4);
        (await others).Length.ShouldBe(3);
        await first;
    }

    [Fact]
    public async Task A_bad_question_fails_alone()
    {
        var batcher = Batcher();
        var first = batcher.AskAsync(1, Cancellation);
        var round = await _rounds.NextAsync();
        Task<string>[] others = [batcher.AskAsync(2, Cancellation), batcher.AskAsync(-3, Cancellation), batcher.AskAsync(4, Cancellation)];
        round.ShouldAsk(1);

        (await _rounds.NextAsync()).ShouldAsk(2, -3, 4);
        (await _rounds.NextAsync()).ShouldAsk(2);
        (await _rounds.NextAsync()).ShouldAsk(-3);
        (await _rounds.NextAsync()).ShouldAsk(4);
        (await others[0]).ShouldBe("answer to 2");
        await Should.ThrowAsync<FormatException>(() => others[1]);
        (await others[2]).ShouldBe("answer to 4");
        await first;
    }

    [Fact]
    public async Task A_failure_that_is_nobodys_is_everyones()
    {
        var batcher = new Batcher<int, string>(_ => throw new IOException("gone"), _ => false, 10, 2, TimeSpan.FromMilliseconds(1), _time);

        await Should.ThrowAsync<IOException>(() => batcher.AskAsync(1, Cancellation));
        await Should.ThrowAsync<IOException>(() => batcher.AskAsync(2, Cancellation));
    }

    [Fact]
    public async Task Who_gives_up_does_not_take_the_others_with_it()
    {
        var batcher = Batcher();
        using var cancellation = new CancellationTokenSource();
        var first = batcher.AskAsync(1, cancellation.Token);
        var round = await _rounds.NextAsync();
        var other = batcher.AskAsync(2, Cancellation);

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        round.ShouldAsk(1);
        (await _rounds.NextAsync()).ShouldAsk(2);
        (await other).ShouldBe("answer to 2");
    }

    [Fact]
    public async Task Nobody_is_asked_for_who_gave_up_while_waiting()
    {
        var batcher = Batcher();
        using var cancellation = new CancellationTokenSource();
        var first = batcher.AskAsync(1, Cancellation);
        var round = await _rounds.NextAsync();
        var gone = batcher.AskAsync(2, cancellation.Token);
        await cancellation.CancelAsync();
        var other = batcher.AskAsync(3, Cancellation);

        round.ShouldAsk(1);
        (await _rounds.NextAsync()).ShouldAsk(3);
        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        await Task.WhenAll(first, other);
    }

    private Batcher<int, string> Batcher(int maxQuestions = 10) =>
        new(_rounds.AskAsync, exception => exception is FormatException, maxQuestions, 2, TimeSpan.FromMilliseconds(1), _time);

    /// <summary>Who is asked: each round waits until the test has looked at it.</summary>
    private sealed class Rounds
    {
        private readonly System.Threading.Channels.Channel<Round> _begun = System.Threading.Channels.Channel.CreateUnbounded<Round>();

        public Task<IReadOnlyList<string>> AskAsync(IReadOnlyList<int> questions)
        {
            var round = new Round([.. questions], new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously));
            _begun.Writer.TryWrite(round).ShouldBeTrue();
            return round.Answers.Task;
        }

        public async Task<Round> NextAsync() => await _begun.Reader.ReadAsync(Cancellation);
    }

    private sealed record Round(int[] Questions, TaskCompletionSource<IReadOnlyList<string>> Answers)
    {
        /// <summary>Fails unless these were asked, then answers: negative ones are bad.</summary>
        public void ShouldAsk(params int[] questions)
        {
            Questions.ShouldBe(questions);
            if (questions.Any(question => question < 0))
            {
                Answers.SetException(new FormatException("bad"));
            }
            else
            {
                Answers.SetResult([.. questions.Select(question => $"answer to {question}")]);
            }
        }
    }
}
