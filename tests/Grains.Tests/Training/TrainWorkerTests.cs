using System.Text.Json;
using Graincast.Training;
using Graincast.Workers;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public sealed class TrainWorkerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graincast-worker-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_good_job_ends_with_a_result_line_and_an_image()
    {
        var (exitCode, lines) = Run(Job(Table.Load("diabetes", "target"), "linear"));

        exitCode.ShouldBe(0);
        lines[0].Progress!.Text.ShouldBe("read 442 rows, 10 features");
        lines[1].Progress!.Text.ShouldBe("split: 332 training, 110 test");
        lines[..^1].ShouldAllBe(line => line.Progress != null && line.Result == null && line.Error == null);
        var result = lines[^1].Result.ShouldNotBeNull();
        var image = File.ReadAllBytes(Path.Combine(_folder.FullName, "image"));
        image.LongLength.ShouldBe(result.ImageBytes);
        Graincast.Scoring.ImageHash.Name(image).ShouldBe(result.ImageSha256);
        _folder.GetFiles().Select(file => file.Name).Order().ShouldBe(["image", "job", "rows"]);
    }

    [Fact]
    public void An_expected_error_is_one_line_with_its_SQLSTATE_and_no_image()
    {
        var table = Table.Load("diabetes", "target");
        var (exitCode, lines) = Run(Job(table, "linear") with { Rows = 5 });

        exitCode.ShouldBe(1);
        lines[^1].Error.ShouldNotBeNull().SqlState.ShouldBe("XX001");
        File.Exists(Path.Combine(_folder.FullName, "image")).ShouldBeFalse();
    }

    [Fact]
    public void A_job_that_cannot_be_read_is_an_error_line_too()
    {
        var path = Path.Combine(_folder.FullName, "job");
        File.WriteAllText(path, "{\"spec\": 1}");

        var (exitCode, lines) = Run(path);

        exitCode.ShouldBe(1);
        lines.Single().Error.ShouldNotBeNull().SqlState.ShouldBe("XX000");
    }

    [Fact]
    public void The_end_of_the_parents_pipe_is_noticed()
    {
        using var ended = new ManualResetEventSlim();
        using var parent = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        var child = new System.IO.Pipes.AnonymousPipeClientStream(System.IO.Pipes.PipeDirection.In, parent.ClientSafePipeHandle);
        using var pipe = new ParentPipe(child, ended.Set);
        new WorkerFrame(WorkerFrameKind.Answer, [1, 2, 3]).WriteTo(parent);
        pipe.Take().Bytes.ShouldBe([1, 2, 3]);
        ended.IsSet.ShouldBeFalse();

        parent.Dispose();

        ended.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken).ShouldBeTrue();
    }

    private TrainingJob Job(Table table, string algorithm)
    {
        var rows = Path.Combine(_folder.FullName, "rows");
        File.WriteAllBytes(rows, RowBytes.Write(table.Columns, table.Rows));
        return new TrainingJob
        {
            Spec = Trainer.Spec(table, "regression", algorithm),
            Seed = 0,
            RowFiles = [rows],
            Rows = table.Rows.Count,
            ImagePath = Path.Combine(_folder.FullName, "image"),
        };
    }

    private (int ExitCode, List<WorkerLine> Lines) Run(TrainingJob job)
    {
        var path = Path.Combine(_folder.FullName, "job");
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(job, TrainingJson.Default.TrainingJob));
        return Run(path);
    }

    private static (int ExitCode, List<WorkerLine> Lines) Run(string path)
    {
        using var stream = new MemoryStream();
        using var output = new WorkerOutput(stream);
        var exitCode = TrainWorker.Run(path, output, null);
        stream.Position = 0;
        var lines = new List<WorkerLine>();
        while (WorkerFrame.Read(stream) is { } frame)
        {
            lines.Add(JsonSerializer.Deserialize(frame.Bytes, TrainingJson.Default.WorkerLine)!);
        }

        return (exitCode, lines);
    }
}
