using System.Text.Json;
using Graincast.Training;
using Graincast.Workers;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>A worker that ends before the last packet it sent has arrived: <c>cat</c> of what it would write.</summary>
public sealed class WorkerProcessTests : IDisposable
{
    private static readonly byte[] Packet = ExchangeFrame.Write([(1, new byte[] { 7 })], []);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graincast-worker-");
    private readonly SlowPeer _peer = new();

    private static WorkerLine Result => new() { Result = new WorkerResult("hash", 1, 1, 1, JsonElement.Parse("{}"), JsonElement.Parse("{}")) };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_result_counts_when_the_last_packet_arrives()
    {
        var run = RunAsync(Result).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        (await run.MoveNextAsync()).ShouldBeTrue();
        run.Current.Result.ShouldNotBeNull().ImageSha256.ShouldBe("hash");
        _peer.Delivery.SetResult();
        (await run.MoveNextAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_result_does_not_count_when_the_last_packet_is_lost()
    {
        var run = RunAsync(Result).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        (await run.MoveNextAsync()).ShouldBeTrue();
        _peer.Delivery.SetException(new SiloUnavailableException("gone"));
        (await Should.ThrowAsync<GraincastException>(() => run.MoveNextAsync().AsTask())).SqlState.ShouldBe("08006");
    }

    [Fact]
    public async Task An_error_is_told_though_the_last_packet_has_not_arrived()
    {
        var run = RunAsync(new WorkerLine { Error = new WorkerError("22023", "too few rows", "", "") }).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var error = await Should.ThrowAsync<GraincastException>(() => run.MoveNextAsync().AsTask());

        (error.SqlState, error.Message).ShouldBe(("22023", "too few rows"));
    }

    [Fact]
    public async Task A_worker_that_ends_before_it_is_answered_is_told_by_its_exit_code()
    {
        _peer.Delivery.SetResult();
        var run = RunAsync(Result, "exec 0<&-; head -c 30 \"$0\"; sleep 0.2; exit 3").GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var error = await Should.ThrowAsync<GraincastException>(() => run.MoveNextAsync().AsTask());

        (error.SqlState, error.Message).ShouldBe(("08006", "the training process of node node-0 ended with exit code 3"));
    }

    [Fact]
    public async Task A_worker_runs_behind_all_else_on_the_machine()
    {
        _peer.Delivery.SetResult();
        var run = RunAsync(Result, """until [ "$(cut -d' ' -f19 /proc/$$/stat)" = 10 ]; do :; done; exec cat "$0" """).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        (await run.MoveNextAsync()).ShouldBeTrue("its niceness is 10 within its time budget");
    }

    /// <param name="last">What the worker writes after a packet.</param>
    /// <param name="script">Instead of all that, what a shell does with the file of it.</param>
    private IAsyncEnumerable<WorkerLine> RunAsync(WorkerLine last, string? script = null)
    {
        var path = Path.Combine(_folder.FullName, "output");
        using (var output = File.Create(path))
        {
            new WorkerFrame(WorkerFrameKind.Exchange, Packet).WriteTo(output);
            new WorkerFrame(WorkerFrameKind.Line, JsonSerializer.SerializeToUtf8Bytes(last, TrainingJson.Default.WorkerLine)).WriteTo(output);
        }
        var options = new WorkerOptions { FileName = script is null ? "cat" : "sh", Arguments = script is null ? [path] : ["-c", script, path], ColumnsDirectory = _folder.FullName, MemoryBytes = long.MaxValue, Timeout = TimeSpan.FromMinutes(1) };
        var exchange = new PartExchange(new FitPart(0, ["node-0", "node-1"], 1), _ => _peer, new Mailbox());
        var workers = new TrainWorkers(options, TimeProvider.System, NullLogger<TrainWorkers>.Instance);
        return new WorkerProcess(workers, "node-0", NullLogger.Instance, exchange).RunAsync(path, TestContext.Current.CancellationToken);
    }

    private sealed class SlowPeer : ITrainerGrain
    {
        public TaskCompletionSource Delivery { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task DeliverAsync(int from, long number, Packet packet) => Delivery.Task;

        public Task AppendAsync(Guid feed, RowBlock block) => throw new NotSupportedException();

        public Task<long> EndFeedAsync(Guid feed, long rows) => throw new NotSupportedException();

        public Task AbortFeedAsync(Guid feed) => throw new NotSupportedException();

        public Task<FedRows> CountAsync() => throw new NotSupportedException();

        public Task MoveRowsAsync(string node) => throw new NotSupportedException();

        public IAsyncEnumerable<TrainingStep> FitAsync(FitPart part, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<PartProgress> ProgressAsync() => throw new NotSupportedException();

        public Task CancelAsync() => throw new NotSupportedException();
    }
}
