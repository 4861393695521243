using Graincast.Models;
using Graincast.Scoring;
using Graincast.Servers;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Graincast.Onnx;

/// <summary>ONNX models in real child processes, and in shells that stand in for some that do not behave.</summary>
public sealed class ScorersTests : IDisposable
{
    /// <summary>Says that it is ready, and never answers.</summary>
    private const string Mute = @"printf '\004\000\000\000\000\000\000\000'; cat > /dev/null";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graincast-onnx-");
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_model_is_imported_and_scored_by_processes_of_its_own()
    {
        using var scorers = new Scorers(Options(), TimeProvider.System);
        ImageFile image = await ImportAsync(scorers, OnnxFiles.Linear([2, 3], 1));

        (await scorers.ScoreAsync(image, [1, 1, 2, 0])).ShouldBe([6, 5]);
        int process = (await ProcessesAsync(1)).Single();
        (await scorers.ScoreAsync(image, [0, 0])).ShouldBe([1]);
        (await ProcessesAsync(1)).ShouldBe([process]);
    }

    [Fact]
    public async Task A_process_that_was_killed_is_replaced_and_the_question_asked_again()
    {
        using var scorers = new Scorers(Options(), TimeProvider.System);
        ImageFile image = await ImportAsync(scorers, OnnxFiles.Linear([2, 3], 1));
        await scorers.ScoreAsync(image, [0, 0]);
        int first = (await ProcessesAsync(1)).Single();

        System.Diagnostics.Process.GetProcessById(first).Kill();

        (await scorers.ScoreAsync(image, [1, 1])).ShouldBe([6]);
        (await ProcessesAsync(1)).ShouldNotContain(first);
    }

    [Fact]
    public async Task A_process_that_nobody_asks_ends_and_is_started_anew_when_somebody_does()
    {
        using var scorers = new Scorers(Options(), _time);
        ImageFile image = await ImportAsync(scorers, OnnxFiles.Linear([2, 3], 1));
        await scorers.ScoreAsync(image, [0, 0]);
        _time.Advance(TimeSpan.FromSeconds(59));
        await scorers.ScoreAsync(image, [0, 0]);
        _time.Advance(TimeSpan.FromSeconds(59));
        int process = (await ProcessesAsync(1)).Single();
        (await scorers.ScoreAsync(image, [0, 0])).ShouldBe([1]);
        (await ProcessesAsync(1)).ShouldBe([process]);

        _time.Advance(TimeSpan.FromSeconds(60));

        await ProcessesAsync(0);
        (await scorers.ScoreAsync(image, [1, 1])).ShouldBe([6]);
    }

    [Fact]
    public async Task A_process_that_takes_too_long_is_killed_and_costs_its_question_only()
    {
        using var scorers = new Scorers(Shell(Mute) with { Timeout = TimeSpan.FromMilliseconds(50) }, TimeProvider.System);

        var error = await Should.ThrowAsync<GraincastException>(() => scorers.ImportAsync([8, 8]));

        (error.SqlState, error.Hint.Contains("SCORERTIMEOUTMS", StringComparison.Ordinal)).ShouldBe(("57014", true));
    }

    [Fact]
    public async Task A_process_that_takes_too_much_memory_is_killed()
    {
        using var scorers = new Scorers(Options() with { MemoryBytes = 1 }, _time);
        Task<byte[]> import = scorers.ImportAsync(OnnxFiles.Linear([1], 0));
        _time.Advance(TimeSpan.FromMilliseconds(100));

        var error = await Should.ThrowAsync<GraincastException>(() => import);

        (error.SqlState, error.Hint.Contains("SCORERMEMORYBYTES", StringComparison.Ordinal)).ShouldBe(("53200", true));
    }

    [Fact]
    public async Task A_process_that_dies_each_time_is_told_by_how_it_ended()
    {
        using var scorers = new Scorers(Shell("echo broken >&2; exit 3"), TimeProvider.System);

        var error = await Should.ThrowAsync<GraincastException>(() => scorers.ScoreAsync(new ImageFile("none", 0), [1]));

        (error.SqlState, error.Message, error.Detail).ShouldBe(("08006", "the process that scores the ONNX model ended with exit code 3", "broken\n"));
    }

    [Fact]
    public async Task Of_more_models_than_have_room_the_one_that_was_idle_longest_makes_it_and_a_busy_one_does_not()
    {
        using var scorers = new Scorers(Options() with { MaxScorers = 1 }, TimeProvider.System);
        ImageFile one = await ImportAsync(scorers, OnnxFiles.Linear([1], 0));
        ImageFile two = await ImportAsync(scorers, OnnxFiles.Linear([2], 0));

        (await scorers.ScoreAsync(one, [1])).ShouldBe([1]);
        (await scorers.ScoreAsync(two, [1])).ShouldBe([2]);
        await ProcessesAsync(1);

        using var busy = new Scorers(Shell(Mute) with { MaxScorers = 1 }, _time);
        Task<double[]> first = busy.ScoreAsync(one, [1]);
        (await Should.ThrowAsync<GraincastException>(() => busy.ScoreAsync(two, [1]))).SqlState.ShouldBe("53200");
        first.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Whatever_the_bytes_are_there_is_an_image_or_an_error()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        byte[][] files = [OnnxFiles.Linear([1, 2], 0), OnnxFiles.Columns(), OnnxFiles.Network(), OnnxFiles.Stump(new long[] { 1, 2 }, true), OnnxFiles.Stump(new[] { "a", "b" }, false)];
        using var scorers = new Scorers(Options(), TimeProvider.System);
        for (int i = 0; i < 12; i++)
        {
            byte[] file = [.. files[random.Next(files.Length)]];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                file[random.Next(1, file.Length)] = (byte)random.Next(256);
            }

            try
            {
                ScoringModel.Open(await scorers.ImportAsync(random.Next(4) == 0 ? file[..random.Next(file.Length)] : file)).Dispose();
            }
            catch (GraincastException exception)
            {
                exception.SqlState.ShouldBeOneOf("22023", "0A000", "08006", "53200", "57014");
                exception.Hint.ShouldNotBeEmpty();
            }
        }

        await ProcessesAsync(0);
    }

    private static ScorerOptions Options() => new()
    {
        FileName = "dotnet",
        Arguments = [Path.Combine(AppContext.BaseDirectory, "graincast.dll"), "score-worker"],
        MemoryBytes = 1L << 30,
        Timeout = TimeSpan.FromSeconds(30),
        IdleTime = TimeSpan.FromMinutes(1),
        MaxScorers = 4,
    };

    private static ScorerOptions Shell(string script) => Options() with { FileName = "sh", Arguments = ["-c", script] };

    /// <summary>The scorers of this process, once so many are up: those that were killed may take a moment.</summary>
    private static async Task<List<int>> ProcessesAsync(int count)
    {
        List<int> processes = [];
        await Wait.UntilAsync($"{count} scorers are up", () => (processes = Processes()).Count == count);
        return processes;
    }

    private static List<int> Processes() =>
    [
        .. System.Diagnostics.Process.GetProcessesByName("dotnet")
            .Select(process => process.Id)
            .Where(id => Read(id, "cmdline").Contains("score-worker", StringComparison.Ordinal) && Read(id, "status").Contains($"\nPPid:\t{Environment.ProcessId}\n", StringComparison.Ordinal)),
    ];

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (IOException)
        {
            // It ended while it was looked at.
            return "";
        }
    }

    private async Task<ImageFile> ImportAsync(Scorers scorers, byte[] onnx)
    {
        byte[] image = await scorers.ImportAsync(onnx);
        string path = Path.Combine(_folder.FullName, ImageHash.Name(image));
        await File.WriteAllBytesAsync(path, image);
        return new ImageFile(path, image.Length);
    }
}
