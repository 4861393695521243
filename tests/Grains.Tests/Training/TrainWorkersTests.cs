using System.Text;
using Graincast.Training;
using Graincast.Workers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

/// <summary>Spare workers: a shell that says what it was started with.</summary>
public sealed class TrainWorkersTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly TrainWorkers _workers;

    public TrainWorkersTests() => _workers = new TrainWorkers(
        new WorkerOptions
        {
            FileName = "sh",
            Arguments = ["-c", "echo \"started$1\"; exec cat", "sh"],
            ColumnsDirectory = "",
            MemoryBytes = long.MaxValue,
            Timeout = TimeSpan.FromMinutes(1),
        },
        _time,
        NullLogger<TrainWorkers>.Instance);

    public void Dispose() => _workers.Dispose();

    [Fact]
    public async Task The_worker_of_the_next_training_is_there_a_second_after_one_has_ended()
    {
        var first = _workers.Take();
        (await LineAsync(first)).ShouldBe("started");
        _workers.Return(first);
        _time.Advance(TimeSpan.FromSeconds(1));

        var second = _workers.Take();
        (await LineAsync(second)).ShouldBe("started--spare");
        _workers.Return(second);
    }

    [Fact]
    public async Task None_is_kept_beside_a_training()
    {
        var first = _workers.Take();
        var second = _workers.Take();
        _workers.Return(first);
        _time.Advance(TimeSpan.FromSeconds(1));

        var third = _workers.Take();

        (await LineAsync(third)).ShouldBe("started");
        _workers.Return(second);
        _workers.Return(third);
    }

    [Fact]
    public async Task None_is_started_between_trainings_that_follow_each_other_at_once()
    {
        _workers.Return(_workers.Take());
        _time.Advance(TimeSpan.FromSeconds(0.9));
        var second = _workers.Take();
        _time.Advance(TimeSpan.FromSeconds(1));
        _workers.Return(second);

        var third = _workers.Take();

        (await LineAsync(third)).ShouldBe("started");
        _workers.Return(third);
    }

    [Fact]
    public async Task One_that_nobody_needs_for_ten_minutes_ends()
    {
        _workers.Return(_workers.Take());
        _time.Advance(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromMinutes(10));

        var next = _workers.Take();

        (await LineAsync(next)).ShouldBe("started");
        _workers.Return(next);
    }

    [Fact]
    public void A_spare_one_warms_up_by_trainings_that_succeed()
    {
        using var stream = new MemoryStream();

        WarmUp.Run(new WorkerOutput(stream), () => false);

        var lines = Lines(stream);
        lines.Count(line => line.Contains("\"result\"", StringComparison.Ordinal)).ShouldBe(2);
        lines.ShouldNotContain(line => line.Contains("\"error\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_job_that_comes_meanwhile_does_not_wait_for_its_end()
    {
        using var stream = new MemoryStream();
        var steps = 0;

        WarmUp.Run(new WorkerOutput(stream), () => ++steps == 3);

        Lines(stream).Count.ShouldBe(2);
    }

    private static List<string> Lines(MemoryStream stream)
    {
        stream.Position = 0;
        var lines = new List<string>();
        while (WorkerFrame.Read(stream) is { } frame)
        {
            lines.Add(Encoding.UTF8.GetString(frame.Bytes));
        }

        return lines;
    }

    private static async Task<string?> LineAsync(ChildProcess worker) => await new StreamReader(worker.Output).ReadLineAsync(TestContext.Current.CancellationToken);
}
