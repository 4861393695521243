using System.IO.Pipes;
using System.Runtime.InteropServices;
using Graincast.Servers;
using Graincast.Wire;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>Descriptors that a silo should not send: nothing but a whole, read-only file of the promised image is mapped.</summary>
[Collection(FailureCollection.Name)]
public sealed partial class HostileDescriptorTests(GraincastServer server) : IAsyncLifetime
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead;
    private static readonly byte[] Image = TestImages.Read("linear");
    private readonly FakeSilo _silo = new(server);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graincast-fd-");
    private long _model;

    private string Predict => $"SELECT pgml.predict({_model}, ARRAY[1, 2, 3]::real[])";

    public async ValueTask InitializeAsync() => _model = await server.AddModelAsync(TestImages.Sha256Of(Image));

    public async ValueTask DisposeAsync()
    {
        _silo.Dispose();
        _folder.Delete(recursive: true);
        await server.DropModelsAsync();
    }

    [Fact]
    public Task No_descriptor_breaks_the_protocol() => RefuseAsync(SqlState.ProtocolViolation, call => call.Reply(new Opened(Image.Length)));

    [Fact]
    public Task A_pipe_is_no_image() => RefuseAsync(SqlState.DataCorrupted, call =>
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var descriptor = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        call.Reply(new Opened(Image.Length), descriptor);
    });

    [Fact]
    public Task A_directory_is_no_image() => RefuseAsync(SqlState.DataCorrupted, call =>
    {
        using var descriptor = new SafeFileHandle(OpenFolder(_folder.FullName, 0x10000), ownsHandle: true);
        descriptor.IsInvalid.ShouldBeFalse();
        call.Reply(new Opened(Image.Length), descriptor);
    });

    [Theory, InlineData(UnixFileMode.GroupWrite), InlineData(UnixFileMode.OtherWrite)]
    public Task A_file_that_others_may_write_is_refused(UnixFileMode mode) => RefuseAsync(SqlState.DataCorrupted, call => Send(call, Image, Image.Length, ReadOnly | mode));

    [Theory, InlineData(-1), InlineData(1), InlineData(4096)]
    public Task A_file_of_another_size_than_promised_is_refused(int difference) =>
        RefuseAsync(SqlState.DataCorrupted, call => Send(call, Image, Image.Length + difference));

    [Theory, InlineData(0), InlineData(1), InlineData(63), InlineData(351), InlineData(500)]
    public Task A_file_that_ends_too_early_is_refused(int bytes) => RefuseAsync(SqlState.DataCorrupted, call => Send(call, Image[..bytes], bytes));

    [Fact]
    public Task A_damaged_image_is_refused() => RefuseAsync(SqlState.DataCorrupted, call =>
    {
        byte[] damaged = [.. Image];
        damaged.AsSpan(TestImages.HeaderBytes).Fill(0xff);
        Send(call, damaged, damaged.Length);
    });

    [Fact]
    public Task Another_image_than_was_asked_for_is_refused() => RefuseAsync(SqlState.DataCorrupted, call =>
    {
        var other = TestImages.Read("trees");
        Send(call, other, other.Length);
    });

    [Fact]
    public async Task A_descriptor_that_nobody_asked_for_is_closed()
    {
        await using var session = await OpenAsync();
        _silo.Answer = call =>
        {
            if (call.Kind != FrameKind.Open)
            {
                call.Behave();
                return;
            }
            using var stray = File.OpenHandle("/dev/null");
            call.ReplyBytes(call.FrameOf(new Progress("look")), stray);
            call.ReplyBytes(call.FrameOf(new Error(SqlState.UndefinedObject, "none", "", "")), stray);
        };
        (await session.RunAsync(Predict)).SqlState.ShouldBe(SqlState.UndefinedObject);
        var before = CountDescriptors(session);

        for (var i = 0; i < 20; i++)
        {
            (await session.RunAsync(Predict)).SqlState.ShouldBe(SqlState.UndefinedObject);
        }

        CountDescriptors(session).ShouldBe(before);
    }

    private async Task RefuseAsync(string state, Action<FakeCall> reply)
    {
        await using var session = await OpenAsync();
        _silo.Answer = call => Answer(call, reply);
        var answer = await session.RunAsync(Predict);
        answer.SqlState.ShouldBe(state, answer.Text);
        await session.MustLiveOnAsync();
        var before = CountDescriptors(session);
        for (var i = 0; i < 5; i++)
        {
            (await session.RunAsync(Predict)).SqlState.ShouldBe(state);
        }
        CountDescriptors(session).ShouldBe(before, "descriptors of refused images are closed");

        _silo.Answer = call => Answer(call, open => Send(open, Image, Image.Length));

        (await session.MustSucceedAsync(Predict)).ShouldBe("-1.25");
    }

    private static void Answer(FakeCall call, Action<FakeCall> open)
    {
        if (call.Kind == FrameKind.Open)
        {
            open(call);
            return;
        }
        call.Behave();
    }

    private void Send(FakeCall call, byte[] bytes, long promised, UnixFileMode mode = ReadOnly)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        File.SetUnixFileMode(path, mode);
        using var descriptor = File.OpenHandle(path);
        call.Reply(new Opened(promised), descriptor);
    }

    private async Task<PsqlSession> OpenAsync()
    {
        var session = await PsqlSession.OpenAsync(server);
        await session.MustSucceedAsync($"SET graincast.socket = '{_silo.SocketPath}'; SET graincast.timeout_ms = 1000");
        return session;
    }

    private static int CountDescriptors(PsqlSession session) => Directory.GetFileSystemEntries($"/proc/{session.Pid}/fd").Length;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);
}
