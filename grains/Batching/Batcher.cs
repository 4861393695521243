namespace Graincast.Batching;

/// <summary>
/// Asks together what is asked at the same time. A question that comes when none is being answered is asked at once; those that come meanwhile wait until it is answered,
/// but no longer than <paramref name="maxWait"/> while fewer than <paramref name="maxRounds"/> rounds are under way. Any thread.
/// </summary>
/// <param name="ask">Answers questions, one answer each in their order.</param>
/// <param name="isOnes">Whether a failure may be the fault of one question of a round: then each is asked alone, and only that one fails.</param>
/// <param name="maxQuestions">Of a round.</param>
/// <param name="maxRounds">Under way at once.</param>
/// <param name="maxWait">Before another round is begun beside one that is under way.</param>
/// <param name="time">The clock of <paramref name="maxWait"/>.</param>
public sealed class Batcher<TQuestion, TAnswer>(
    Func<IReadOnlyList<TQuestion>, Task<IReadOnlyList<TAnswer>>> ask, Func<Exception, bool> isOnes, int maxQuestions, int maxRounds, TimeSpan maxWait, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<(TQuestion Question, TaskCompletionSource<TAnswer> Answer, CancellationToken Cancellation)> _waiting = new();
    private int _rounds;
    private bool _isTimed;

    /// <summary>The answer. Cancelling gives up the wait, and the question unless it is being asked.</summary>
    public Task<TAnswer> AskAsync(TQuestion question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Enqueue((question, answer, cancellationToken));
            if (_rounds == 0)
            {
                BeginRound();
            }
            else if (!_isTimed)
            {
                _isTimed = true;
                _ = BeginAfterWaitAsync();
            }
        }

        return answer.Task.WaitAsync(cancellationToken);
    }

    private async Task BeginAfterWaitAsync()
    {
        await Task.Delay(maxWait, time).ConfigureAwait(false);
        lock (_lock)
        {
            _isTimed = false;
            if (_waiting.Count > 0 && _rounds < maxRounds)
            {
                BeginRound();
            }
        }
    }

    // Under the lock.
    private void BeginRound()
    {
        var round = new List<(TQuestion Question, TaskCompletionSource<TAnswer> Answer)>(Math.Min(_waiting.Count, maxQuestions));
        while (round.Count < maxQuestions && _waiting.TryDequeue(out var next))
        {
            // Whoever has given up would only make the others wait longer.
            if (!next.Cancellation.IsCancellationRequested)
            {
                round.Add((next.Question, next.Answer));
            }
        }

        if (round.Count == 0)
        {
            return;
        }

        _rounds++;
        _ = Task.Run(() => RunAsync(round));
    }

    private async Task RunAsync(List<(TQuestion Question, TaskCompletionSource<TAnswer> Answer)> round)
    {
        await AnswerAsync(round).ConfigureAwait(false);
        lock (_lock)
        {
            _rounds--;
            if (_waiting.Count > 0)
            {
                BeginRound();
            }
        }
    }

    private async Task AnswerAsync(List<(TQuestion Question, TaskCompletionSource<TAnswer> Answer)> round)
    {
        try
        {
            IReadOnlyList<TAnswer> answers = await ask(round.ConvertAll(asked => asked.Question)).ConfigureAwait(false);
            for (int i = 0; i < round.Count; i++)
            {
                round[i].Answer.SetResult(answers[i]);
            }
        }
        catch (Exception exception) when (round.Count > 1 && isOnes(exception))
        {
            foreach (var asked in round)
            {
                await AnswerAsync([asked]).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // Everyone who asked is told; nobody else would hear of it.
            round.ForEach(asked => asked.Answer.TrySetException(exception));
        }
    }
}
