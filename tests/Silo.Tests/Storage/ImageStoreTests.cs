using Graincast.Scoring;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Graincast.Storage;

public sealed class ImageStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("graincast-store-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly ImageStore _store;

    public ImageStoreTests() => _store = new ImageStore(_folder, _time);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_stored_image_is_found_by_its_hash_and_cannot_be_written()
    {
        (string sha256, byte[] image) = Image();

        _store.Add(sha256, new MemoryStream(image));

        Models.ImageFile file = _store.Find(sha256).ShouldNotBeNull();
        File.ReadAllBytes(file.Path).ShouldBe(image);
        File.GetUnixFileMode(file.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.GroupRead);
    }

    [Fact]
    public void An_image_stored_twice_keeps_its_first_file()
    {
        (string sha256, byte[] image) = Image();
        _store.Add(sha256, new MemoryStream(image));
        using FileStream mapped = File.OpenRead(_store.Find(sha256)!.Path);

        _store.Add(sha256, new MemoryStream(image));

        Directory.GetFiles(_folder).ShouldHaveSingleItem();
        mapped.Length.ShouldBe(image.Length);
    }

    [Fact]
    public void A_damaged_image_is_refused_and_leaves_nothing()
    {
        (string sha256, byte[] image) = Image();
        image[^1] ^= 1;

        Should.Throw<GraincastException>(() => _store.Add(sha256, new MemoryStream(image))).SqlState.ShouldBe(SqlState.DataCorrupted);

        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    [Fact]
    public void An_image_under_another_name_is_refused()
    {
        (_, byte[] image) = Image();

        Should.Throw<GraincastException>(() => _store.Add(new string('a', 64), new MemoryStream(image))).SqlState.ShouldBe(SqlState.DataCorrupted);
    }

    [Theory, InlineData("../../etc/passwd"), InlineData(""), InlineData("ABCDEF")]
    public void A_name_that_is_no_hash_reaches_no_file(string name) =>
        Should.Throw<GraincastException>(() => _store.Find(name)).SqlState.ShouldBe(SqlState.InvalidParameter);

    [Fact]
    public void A_claim_holds_for_the_role_that_trained_and_no_other()
    {
        (string sha256, _) = Image();

        _store.Claim("app", sha256, "alice");

        _store.IsClaimedBy("app", sha256, "alice").ShouldBeTrue();
        _store.IsClaimedBy("app", sha256, "bob").ShouldBeFalse();
        _store.IsClaimedBy("other", sha256, "alice").ShouldBeFalse();
    }

    [Fact]
    public void An_image_can_be_swept_a_day_after_it_was_stored_and_not_before()
    {
        (string sha256, byte[] image) = Image();
        _store.Add(sha256, new MemoryStream(image));

        _time.Advance(TimeSpan.FromHours(23));
        _store.OlderThan(ImageSweeper.MinAge).ShouldBeEmpty();
        _time.Advance(TimeSpan.FromHours(2));
        _store.OlderThan(ImageSweeper.MinAge).ShouldBe([sha256]);
    }

    [Fact]
    public void An_image_trained_again_has_another_day_until_a_row_must_name_it()
    {
        (string sha256, byte[] image) = Image();
        _store.Add(sha256, new MemoryStream(image));
        _time.Advance(TimeSpan.FromHours(25));

        _store.Add(sha256, new MemoryStream(image));

        _store.OlderThan(ImageSweeper.MinAge).ShouldBeEmpty();
    }

    [Fact]
    public void What_a_silo_that_died_was_writing_is_unlinked_a_day_later_and_images_are_not()
    {
        (string sha256, byte[] image) = Image();
        _store.Add(sha256, new MemoryStream(image));
        string unfinished = Path.Combine(_folder, $".{sha256}.1.part");
        File.WriteAllBytes(unfinished, image[..10]);

        _store.RemoveUnfinished(ImageSweeper.MinAge);
        File.Exists(unfinished).ShouldBeTrue();
        _time.Advance(TimeSpan.FromHours(25));
        _store.RemoveUnfinished(ImageSweeper.MinAge);

        File.Exists(unfinished).ShouldBeFalse();
        _store.Find(sha256).ShouldNotBeNull();
    }

    [Fact]
    public void A_removed_image_stays_readable_for_whoever_has_it_open()
    {
        (string sha256, byte[] image) = Image();
        using FileStream open = File.OpenRead(_store.Add(sha256, new MemoryStream(image)).Path);

        _store.Remove(sha256);

        _store.Find(sha256).ShouldBeNull();
        var read = new byte[image.Length];
        open.ReadExactly(read);
        read.ShouldBe(image);
    }

    [Fact]
    public void Images_are_listed_by_their_last_use_and_evicted_no_sooner_than_a_minute_after_it()
    {
        string[] names = [.. Enumerable.Range(1, 3).Select(slope => Image(slope)).Select(image => Path.GetFileNameWithoutExtension(_store.Add(image.Sha256, new MemoryStream(image.Image)).Path))];
        foreach (int place in new[] { 2, 0, 1 })
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            _store.Find(names[place]);
        }

        _store.ByUse().Select(image => image.Sha256).ShouldBe([names[2], names[0], names[1]]);
        _store.TryEvict(names[1]).ShouldBeFalse();
        _store.TryEvict(names[2]).ShouldBeTrue();
        _store.ByUse().Select(image => image.Sha256).ShouldBe([names[0], names[1]]);
        _store.TryEvict(names[2]).ShouldBeFalse();
    }

    [Fact]
    public void An_image_that_somebody_has_locked_as_used_is_not_evicted()
    {
        (string sha256, byte[] image) = Image();
        string path = _store.Add(sha256, new MemoryStream(image)).Path;
        _time.Advance(TimeSpan.FromMinutes(2));

        using (File.Open(path, FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            _store.TryEvict(sha256).ShouldBeFalse();
        }

        _store.TryEvict(sha256).ShouldBeTrue();
        File.Exists(path).ShouldBeFalse();
    }

    private static (string Sha256, byte[] Image) Image(double slope = 2)
    {
        byte[] image = ImageWriter.Write(new ModelImage(
            ModelTask.Regression, [ImageColumn.Number("x")], new LinearLearner([slope], [1]), Link.Identity, 1, [], "{}"));
        return (ImageHash.Name(image), image);
    }
}
