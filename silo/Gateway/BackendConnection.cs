using System.Diagnostics;
using System.Net.Sockets;
using Graincast.Models;
using Graincast.Supervision;
using Graincast.Telemetry;
using Graincast.Training;
using Graincast.Wire;

namespace Graincast.Gateway;

/// <summary>
/// One backend. Calls are answered on the connection's own thread, except Fit: while a training runs the thread goes on reading, so that a backend
/// that closes is noticed and the training stopped.
/// </summary>
public sealed partial class BackendConnection(Socket socket, string node, BackendCalls calls)
{
    private readonly FrameSender _sender = new(socket);
    private readonly Dictionary<uint, Feed> _feeds = [];
    private readonly Dictionary<ulong, Activity?> _runs = [];
    private readonly Dictionary<string, long> _deployments = [];
    private readonly Draining _draining = new(socket);
    private string _database = "";
    private uint _pid;

    /// <summary>Serves until the peer closes, then stops everything that the connection started. Throws what ended it otherwise.</summary>
    public void Run()
    {
        try
        {
            socket.ReceiveTimeout = Limits.HeaderTimeoutMs;
            var reader = new FrameReader(socket);
            while (reader.ReadHeader() is { } header)
            {
                socket.ReceiveTimeout = 0;
                ReadOnlySpan<byte> payload = reader.ReadPayload(header.PayloadBytes);
                if (_database.Length == 0 && header.Kind != FrameKind.Hello)
                {
                    throw new GraincastException(SqlState.ProtocolViolation, $"the first frame was {header.Kind}, not Hello");
                }

                if (header.Kind == FrameKind.Check)
                {
                    // Between two calls of a run.
                    Answer(header, payload);
                    continue;
                }

                _draining.SetBusy(true);
                _kind = header.Kind;
                Answer(header, payload);
                // A TraceParent is for the call that follows. A run ends with its Fit, but a backend then opens the image: without it nothing of the training is kept.
                _trace = header.Kind == FrameKind.TraceParent ? _trace : default;
                _draining.SetBusy(header.Kind is FrameKind.Fit or FrameKind.TraceParent || HasRuns());
            }
        }
        catch (GraincastException exception)
        {
            _sender.TrySend(Error.From(exception), 0);
            throw;
        }
        finally
        {
            Close();
            StopWhatItStarted();
        }
    }

    /// <summary>Says that there are too many connections, and closes.</summary>
    public void Refuse(int maxConnections)
    {
        _sender.TrySend(Error.From(new GraincastException(
            SqlState.TooManyConnections,
            $"the silo already serves {maxConnections} backends",
            "Raise GRAINCAST__MAXCONNECTIONS for the silo, or lower max_connections in Postgres.")), 0);
        Close();
    }

    /// <summary>
    /// Takes no more calls, from any thread; <see cref="Run"/> returns once those that came are answered, and a training that was begun has its image.
    /// </summary>
    public void Drain() => _draining.Begin();

    /// <summary>Closes the socket, from any thread; <see cref="Run"/> then returns.</summary>
    public void Close() => _draining.Close();

    private bool HasRuns()
    {
        lock (_runs)
        {
            return _runs.Count + _feeds.Count > 0;
        }
    }

    private void Answer(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        uint stream = header.Stream;
        switch (header.Kind)
        {
            case FrameKind.Hello:
                Greet(Payload.Read<Hello>(payload), stream);
                break;
            case FrameKind.BeginRun:
                var begin = Payload.Read<BeginRun>(payload);
                Call(stream, () => Begin(begin.Spec, stream));
                break;
            case FrameKind.BeginFeed:
                OpenFeed(stream, Payload.Read<BeginFeed>(payload).Run);
                break;
            case FrameKind.Rows:
                FeedOf(stream).Append(payload);
                break;
            case FrameKind.EndFeed:
                long rows = Payload.Read<EndFeed>(payload).Rows;
                Feed feed = FeedOf(stream);
                _feeds.Remove(stream);
                Call(stream, () => EndFeed(feed, rows, stream));
                break;
            case FrameKind.Fit:
                _ = FitAsync(Payload.Read<Fit>(payload), stream);
                break;
            case FrameKind.Open:
                var open = Payload.Read<Open>(payload);
                Call(stream, () => OpenImage(open, stream), GraincastActivity.Open);
                break;
            case FrameKind.ListRuns:
                Payload.Read<ListRuns>(payload);
                Call(stream, () => _sender.Send(new RunList([.. calls.Runs(node).Where(run => run.Database == _database)]), stream));
                break;
            case FrameKind.Check:
                CheckRun(Payload.Read<Check>(payload).Run);
                break;
            case FrameKind.PredictByKey:
                var question = Payload.Read<PredictByKey>(payload);
                Call(stream, () => PredictByKey(question, stream), GraincastActivity.PredictByKey);
                break;
            case FrameKind.IssueToken:
                var issue = Payload.Read<IssueToken>(payload);
                Call(stream, () => _sender.Send(new TokenIssued(calls.IssueToken(issue.Role, _database, issue.ValidMs)), stream));
                break;
            case FrameKind.VerifyToken:
                string token = Payload.Read<VerifyToken>(payload).Token;
                Call(stream, () => _sender.Send(new TokenVerified(calls.VerifyToken(token, _database, _pid)), stream));
                break;
            case FrameKind.StartRun:
                Start(Payload.Read<StartRun>(payload));
                break;
            case FrameKind.EndRun:
                var end = Payload.Read<EndRun>(payload);
                Call(stream, () => EndForRole(end, stream));
                break;
            case FrameKind.CollectRun:
                ulong collected = Payload.Read<CollectRun>(payload).Run;
                Call(stream, () => SendResult(Collect(collected), stream));
                break;
            case FrameKind.ReadModelText:
                byte[] modelText = Payload.Read<ReadModelText>(payload).Text;
                Call(stream, () => _sender.Send(new ImageMade(LightGbmImport.ToImage(modelText, Limits.ImageMadeBytes)), stream));
                break;
            case FrameKind.TraceParent:
                _trace = Payload.Read<TraceParent>(payload).Context;
                break;
            case FrameKind.ReadOnnx:
                var onnx = Payload.Read<ReadOnnx>(payload);
                Call(stream, () => ImportOnnx(onnx, stream));
                break;
            case FrameKind.ScoreRows:
                var scoreRows = Payload.Read<ScoreRows>(payload);
                Call(stream, () => Score(scoreRows, stream));
                break;
            case FrameKind.Cancel:
                Forget(Payload.Read<Cancel>(payload).Run);
                break;
            default:
                throw new GraincastException(SqlState.ProtocolViolation, $"a frame of the unknown kind {(byte)header.Kind}", "Use the extension and the silo of the same Graincast release.");
        }
    }

    private void Greet(Hello hello, uint stream)
    {
        if (hello.MinVersion > FrameHeader.ProtocolVersion || hello.MaxVersion < FrameHeader.ProtocolVersion)
        {
            throw new GraincastException(
                SqlState.FeatureNotSupported,
                $"the extension {hello.ExtensionVersion} speaks socket protocol {hello.MinVersion} to {hello.MaxVersion}, this silo {FrameHeader.ProtocolVersion}",
                "Install the extension and the silo of the same Graincast release, then reconnect.");
        }

        if (hello.Database.Length == 0)
        {
            throw new GraincastException(SqlState.ProtocolViolation, "Hello names no database");
        }

        _database = hello.Database;
        _pid = hello.Pid;
        _sender.Send(new Welcome(FrameHeader.ProtocolVersion, (uint)Environment.ProcessId, node, Release.Version), stream);
    }

    private void Begin(TrainingSpec spec, uint stream)
    {
        Activity? activity = StartServer(GraincastActivity.Train);
        activity?.SetTag(GraincastActivity.Project, spec.Project);
        lock (_runs)
        {
            _runs[spec.Run] = activity;
        }

        RunStart start;
        try
        {
            start = calls.Supervisor(spec.Run).BeginAsync(spec with { Database = _database, TraceParent = activity?.Id ?? "" }).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            activity.Fail(GraincastActivity.ErrorTypeOf(exception));
            Forget(spec.Run);
            throw;
        }
        finally
        {
            Activity.Current = null;
        }

        foreach (string notice in start.Notices)
        {
            _sender.Send(new Progress(notice), stream);
        }

        _sender.Send(new RunBegun(start.Seed), stream);
    }

    /// <summary>The client is not waiting for an answer, so one that it must have ends the connection.</summary>
    private void CheckRun(ulong run)
    {
        bool isMine;
        lock (_runs)
        {
            isMine = _runs.ContainsKey(run);
        }

        try
        {
            foreach (Feed feed in _feeds.Values.Where(feed => feed.Run == run))
            {
                feed.Check();
            }

            if (isMine)
            {
                calls.Supervisor(run).CheckAsync().GetAwaiter().GetResult();
            }
        }
        catch (Exception exception)
        {
            throw calls.Translate(calls.ReasonAsync(run, exception).GetAwaiter().GetResult());
        }
    }

    private void OpenFeed(uint stream, ulong run)
    {
        if (_feeds.Count >= Limits.FeedsPerConnection)
        {
            throw new GraincastException(SqlState.ProtocolViolation, $"more than {Limits.FeedsPerConnection} feeds are open on one connection");
        }

        _feeds[stream] = new Feed(run, calls.Trainer(node, run));
    }

    private Feed FeedOf(uint stream) => _feeds.TryGetValue(stream, out Feed? feed)
        ? feed
        : throw new GraincastException(SqlState.ProtocolViolation, $"stream {stream} is no feed");

    private async Task FitAsync(Fit fit, uint stream)
    {
        // Off the connection's thread, which has to read on.
        await Task.Yield();
        Activity.Current = ActivityOf(fit.Run);
        using var alive = new Timer(_ => _sender.TrySend(new Progress(""), stream), null, Limits.HeartbeatMs, Limits.HeartbeatMs);
        try
        {
            await foreach (TrainingStep step in calls.Supervisor(fit.Run).FitAsync(fit.Rows, CancellationToken.None).ConfigureAwait(false))
            {
                if (step.Result is not { } result)
                {
                    _sender.Send(new Progress(step.Text), stream);
                    continue;
                }

                EndRun(fit.Run);
                await alive.DisposeAsync();
                SendResult(result, stream);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The backend is gone; Close has stopped the training, or it was just over.
        }
        catch (Exception exception)
        {
            GraincastException error = calls.Translate(await calls.ReasonAsync(fit.Run, exception));
            ActivityOf(fit.Run).Fail(error.SqlState);
            EndRun(fit.Run);
            await alive.DisposeAsync();
            _sender.TrySend(Error.From(error), stream);
        }
    }

    private void OpenImage(Open open, uint stream)
    {
        string sha256 = Convert.ToHexStringLower(open.Image);
        ImageFile image = calls.Model(node, _database, sha256).OpenAsync(open.Role).GetAwaiter().GetResult();
        using var descriptor = DescriptorSender.Open(image.Path);
        _sender.Send(new Opened(image.SizeBytes), stream, descriptor);
    }

    private void PredictByKey(PredictByKey question, uint stream)
    {
        if (question.Key.Count == 0)
        {
            throw new GraincastException(SqlState.InvalidParameter, "the key has no parts", "A key has a value for each of the source's key columns.");
        }

        try
        {
            long since = _deployments.GetValueOrDefault(question.Project);
            Prediction prediction = calls.PredictByKeyAsync(_database, question.Project, question.Role, RowKey.Of([.. question.Key]), since).GetAwaiter().GetResult();
            _deployments[question.Project] = prediction.Deployment;
            _sender.Send(new Predicted(prediction.Value), stream);
        }
        catch (GraincastException exception) when (exception.SqlState == SqlState.SerializationFailure)
        {
            // A project that was dropped and made anew counts from the start, and must be refused but once.
            _deployments.Remove(question.Project);
            throw;
        }
    }

    private void StopWhatItStarted()
    {
        ulong[] runs;
        lock (_runs)
        {
            runs = [.. _runs.Keys];
        }

        foreach (ulong run in runs.Concat(_feeds.Values.Select(feed => feed.Run)).Distinct().ToArray())
        {
            Forget(run);
        }
    }

    private void Forget(ulong run)
    {
        foreach ((uint stream, Feed feed) in _feeds.Where(pair => pair.Value.Run == run).ToArray())
        {
            _feeds.Remove(stream);
            calls.LogIfFailed(feed.AbortAsync());
        }

        // Whoever gives up a run has not said why, or it was said before.
        ActivityOf(run).Fail(SqlState.QueryCanceled);
        if (EndRun(run))
        {
            calls.LogIfFailed(calls.Supervisor(run).CancelAsync());
        }
    }

    private Activity? ActivityOf(ulong run)
    {
        lock (_runs)
        {
            return _runs.GetValueOrDefault(run);
        }
    }

    private bool EndRun(ulong run)
    {
        lock (_runs)
        {
            bool isMine = _runs.Remove(run, out Activity? activity);
            activity?.Dispose();
            return isMine;
        }
    }
}
