using Graincast.Servers;
using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

/// <summary>A backend maps an image from the folder beside the socket by itself, where nobody but the silo could have put it.</summary>
public sealed class ImageFolderTests(GraincastServer server) : IAsyncLifetime
{
    private const int Backends = 20;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Entered = Readable | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const string Shared = "SELECT bool_and(shared) FROM pgml.stat_models";
    private static readonly byte[] Image = TestImages.Read("linear");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("graincast-folder-");
    private long _model;

    private string Predict => $"SELECT pgml.predict({_model}, ARRAY[1, 2, 3]::real[])";

    private string Images => Path.Combine(_folder.FullName, "images");

    private string ImageFile => Path.Combine(Images, Convert.ToHexStringLower(TestImages.Sha256Of(Image)) + ".img");

    public async ValueTask InitializeAsync()
    {
        _model = await server.AddModelAsync(TestImages.Sha256Of(Image), Image);
        File.SetUnixFileMode(_folder.FullName, Entered);
        Directory.CreateDirectory(Images, Entered);
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        await server.DropModelsAsync();
    }

    [Fact]
    public async Task Backends_that_ask_at_once_share_one_file_that_is_written_once()
    {
        var name = Path.GetFileName(ImageFile);
        await using (var first = await Session.OpenAsync(server))
        {
            await first.ScalarAsync<float>(Predict);
        }
        File.Delete(Path.Combine(server.Images, name));
        using var watcher = new FileSystemWatcher(server.Images) { NotifyFilter = NotifyFilters.FileName };
        var written = 0;
        watcher.Renamed += (_, file) => written += file.Name == name ? 1 : 0;
        var last = new TaskCompletionSource();
        watcher.Created += (_, file) => _ = file.Name == "seen" && last.TrySetResult();
        watcher.EnableRaisingEvents = true;
        var sessions = await Task.WhenAll(Enumerable.Range(0, Backends).Select(_ => Session.OpenAsync(server)));

        var answers = await Task.WhenAll(sessions.Select(session => session.ScalarAsync<float>(Predict)));

        answers.ShouldAllBe(answer => answer == -1.25f);
        (await Task.WhenAll(sessions.Select(session => session.ScalarAsync<bool>(Shared)))).ShouldAllBe(shared => shared);
        await Task.WhenAll(sessions.Select(session => session.DisposeAsync().AsTask()));
        await File.WriteAllBytesAsync(Path.Combine(server.Images, "seen"), [], TestContext.Current.CancellationToken);
        await last.Task.WaitAsync(TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(server.Images, "seen"));
        written.ShouldBe(1);
    }

    [Fact]
    public async Task An_image_in_the_folder_is_mapped_without_a_silo()
    {
        Put(Image);
        await using var session = await OpenAsync();

        (await session.ScalarAsync<float>(Predict)).ShouldBe(-1.25f);
        (await session.ScalarAsync<bool>(Shared)).ShouldBeTrue();
        session.Warnings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task What_lies_in_a_folder_that_others_may_write_is_not_looked_at(UnixFileMode mode)
    {
        Put(Image);
        File.SetUnixFileMode(Images, Entered | mode);

        await MustReadCatalogAsync();
    }

    [Fact]
    public async Task A_link_is_not_followed_to_a_folder_or_a_file()
    {
        Put(Image);
        File.Move(ImageFile, Path.Combine(_folder.FullName, "elsewhere"));
        File.CreateSymbolicLink(ImageFile, Path.Combine(_folder.FullName, "elsewhere"));
        await MustReadCatalogAsync();

        File.Move(Path.Combine(_folder.FullName, "elsewhere"), ImageFile, overwrite: true);
        Directory.Move(Images, Path.Combine(_folder.FullName, "else"));
        Directory.CreateSymbolicLink(Images, Path.Combine(_folder.FullName, "else"));
        await MustReadCatalogAsync();
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task A_file_that_others_may_write_is_refused(UnixFileMode mode)
    {
        Put(Image);
        File.SetUnixFileMode(ImageFile, Readable | mode);

        await MustRefuseAsync();
    }

    [Fact]
    public async Task An_empty_a_damaged_and_another_image_are_refused()
    {
        byte[] damaged = [.. Image];
        damaged.AsSpan(TestImages.HeaderBytes).Fill(0xff);

        foreach (var bytes in new[] { [], Image[..^8], damaged, TestImages.Read("trees") })
        {
            Put(bytes);
            await MustRefuseAsync();
        }
    }

    private void Put(byte[] bytes)
    {
        File.Delete(ImageFile);
        File.WriteAllBytes(ImageFile, bytes);
        File.SetUnixFileMode(ImageFile, Readable);
    }

    private async Task MustRefuseAsync()
    {
        // Npgsql closes the connection on this error.
        await using (var session = await OpenAsync())
        {
            (await session.FailAsync(Predict)).SqlState.ShouldBe(SqlState.DataCorrupted);
        }
        Put(Image);
        await using var next = await OpenAsync();
        (await next.ScalarAsync<float>(Predict)).ShouldBe(-1.25f);
    }

    private async Task MustReadCatalogAsync()
    {
        await using var session = await OpenAsync();
        (await session.ScalarAsync<float>(Predict)).ShouldBe(-1.25f);
        (await session.ScalarAsync<bool>(Shared)).ShouldBeFalse();
        session.Warnings.ShouldHaveSingleItem().MessageText.ShouldContain("read from the catalog");
    }

    /// <summary>A backend whose socket is in the folder, where no silo listens.</summary>
    private async Task<Session> OpenAsync()
    {
        var session = await Session.OpenAsync(server);
        await session.ExecuteAsync($"SET graincast.socket = '{_folder.FullName}/graincast.sock'");
        return session;
    }
}
