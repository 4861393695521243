using System.Collections.Concurrent;

namespace Graincast.Soak;

/// <summary>What became of the calls of a load: how many were answered right, how many wrong, and the errors by SQLSTATE.</summary>
internal sealed class Outcomes
{
    /// <summary>A silo that is back is known to the others, and to clients, after this time at most.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    /// <summary>What a call may come to whose silo is restarted: it could not be reached, was lost in the call, or took its backend's session with it.</summary>
    private static readonly string[] OfRestarts = [SqlState.ConnectionFailure, SqlState.ConnectionLost, "57P01"];

    /// <summary>Try again: a deployment has not arrived at a node.</summary>
    private static readonly string[] OfConcurrency = [SqlState.SerializationFailure];

    private readonly ConcurrentDictionary<string, long> _right = new();
    private readonly ConcurrentDictionary<string, (long Count, string First)> _errors = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly Lock _restarts = new();
    private int _underWay;
    private DateTime _settled = DateTime.MinValue;

    /// <summary>Answers that no model gives, and errors that nothing excuses.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>Whether some silo is down or coming up.</summary>
    public bool IsRestarting
    {
        get
        {
            lock (_restarts)
            {
                return _underWay > 0;
            }
        }
    }

    /// <summary>Right answers of a kind of call.</summary>
    public long Right(string call) => _right.GetValueOrDefault(call);

    public void Count(string call, bool isRight, object? answer)
    {
        if (isRight)
        {
            _right.AddOrUpdate(call, 1, (_, count) => count + 1);
        }
        else
        {
            _wrong.Enqueue($"{call} was answered {answer}");
        }
    }

    /// <summary>An error of a call that began at <paramref name="began"/>.</summary>
    public void Fail(string call, DateTime began, string sqlState, string message)
    {
        _errors.AddOrUpdate($"{call} {sqlState}", (1L, message), (_, seen) => (seen.Count + 1, seen.First));
        // What SQL predicts needs no silo.
        var isExcused = call != MixedLoad.Predict && (OfConcurrency.Contains(sqlState) || (OfRestarts.Contains(sqlState) && WasRestartedSince(began)));
        if (!isExcused)
        {
            _wrong.Enqueue($"{DateTime.UtcNow:HH:mm:ss.f} {call} failed, having begun at {began:HH:mm:ss.f}: {sqlState} {message}");
        }
    }

    public void RestartBegins()
    {
        lock (_restarts)
        {
            _underWay++;
        }
    }

    public void RestartEnds()
    {
        lock (_restarts)
        {
            _underWay--;
            _settled = DateTime.UtcNow + Settling;
        }
    }

    public override string ToString()
    {
        var right = _right.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value,9} × {pair.Key}");
        var errors = _errors.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value.Count,9} × {pair.Key}: {pair.Value.First}");
        return string.Join('\n', right.Concat(errors));
    }

    private bool WasRestartedSince(DateTime began)
    {
        lock (_restarts)
        {
            return _underWay > 0 || began < _settled;
        }
    }
}
