using System.Collections.Concurrent;

namespace Graincast.Soak;

/// <summary>What became of the calls of a load: how many were answered right, how many wrong, and the errors by SQLSTATE.</summary>
internal sealed class Outcomes
{
    /// <summary>
    /// How long after its end a restart still explains what fails. The silo that is back must be found by the others (they read the membership table each 5 s) and by clients (their
    /// list of gateways is as old), a trainer whose run's silo went waits 15 s, its lease, before it takes the run for over, and what a silo does for the first time it compiles first.
    /// </summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    /// <summary>What a call may come to whose silo is restarted: it could not be reached, was lost in the call, or took its backend's session with it.</summary>
    private static readonly string[] OfRestarts = [SqlState.ConnectionFailure, SqlState.ConnectionLost, "57P01"];

    /// <summary>Try again: a deployment has not arrived at a node.</summary>
    private static readonly string[] OfConcurrency = [SqlState.SerializationFailure];

    private readonly ConcurrentDictionary<string, long> _right = new();
    private readonly ConcurrentDictionary<(string Call, string Class, string Reason), (long Count, string First)> _failed = new();
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
            Add(call, "wrong answer", "none", $"{answer}");
            _wrong.Enqueue($"{call} was answered {answer}");
        }
    }

    /// <summary>An error of a call that began at <paramref name="began"/>; <paramref name="error"/> is its SQLSTATE, where it has one.</summary>
    public void Fail(string call, DateTime began, string error, string message)
    {
        // What SQL predicts needs no silo.
        var reason = call == MixedLoad.Predict ? "none"
            : OfConcurrency.Contains(error) ? "deployment"
            : OfRestarts.Contains(error) && WasRestartedSince(began) ? "restart"
            : "none";
        Add(call, error, reason, message);
        if (reason == "none")
        {
            _wrong.Enqueue($"{DateTime.UtcNow:HH:mm:ss.f} {call} failed, having begun at {began:HH:mm:ss.f}: {error} {message}");
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

    /// <summary>All silos are new when a load begins: none has done anything of it yet.</summary>
    public void LoadBegins()
    {
        RestartBegins();
        RestartEnds();
    }

    /// <summary>A table: each kind of call, its right answers, and its errors by SQLSTATE and by what explains them.</summary>
    public override string ToString()
    {
        var right = _right.Select(pair => (pair.Key, Line: Line(pair.Key, "right", "", pair.Value, "")));
        var failed = _failed.Select(pair => (pair.Key.Call, Line: Line(pair.Key.Call, pair.Key.Class, pair.Key.Reason, pair.Value.Count, pair.Value.First)));
        return string.Join('\n', right.Concat(failed).OrderBy(row => row.Item1, StringComparer.Ordinal).Select(row => row.Line).Prepend(Line("call", "class", "explained by", "count", "first message")));
    }

    private static string Line(string call, string error, string reason, object count, string message) => $"{call,-16} | {error,-12} | {reason,-12} | {count,8} | {message}";

    private void Add(string call, string error, string reason, string message) =>
        _failed.AddOrUpdate((call, error, reason), (1L, message), (_, seen) => (seen.Count + 1, seen.First));

    private bool WasRestartedSince(DateTime began)
    {
        lock (_restarts)
        {
            return _underWay > 0 || began < _settled;
        }
    }
}
