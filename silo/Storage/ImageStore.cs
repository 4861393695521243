using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Graincast.Models;
using Graincast.Scoring;
using Microsoft.Win32.SafeHandles;

namespace Graincast.Storage;

/// <inheritdoc cref="IImageStore"/>
/// <remarks>
/// A stored image is mapped by backends, and a mapped file that shrinks kills its reader with SIGBUS, which restarts Postgres. So a file is complete
/// before it has its name, is never opened for writing again, and goes only by unlink.
/// </remarks>
public sealed class ImageStore(string folder, TimeProvider time) : IImageStore
{
    private const string Extension = ".img";
    private const string UnfinishedExtension = ".part";

    // Whoever was told of an image opens it by then.
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Database, string Sha256, string Role), bool> _claims = new();
    private readonly Lock _removing = new();

    /// <inheritdoc/>
    public ImageFile? Find(string sha256)
    {
        var file = new FileInfo(PathOf(sha256));
        lock (_removing)
        {
            if (!file.Exists)
            {
                return null;
            }

            file.LastAccessTimeUtc = time.GetUtcNow().UtcDateTime;
        }

        return new ImageFile(file.FullName, file.Length);
    }

    /// <inheritdoc/>
    public ImageFile Add(string sha256, Stream source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var image = new byte[source.Length - source.Position];
        source.ReadExactly(image);
        Check(sha256, image);
        if (Find(sha256) is { } present)
        {
            // Trained again: its day until a row must name it starts anew.
            File.SetLastWriteTimeUtc(present.Path, time.GetUtcNow().UtcDateTime);
            return present;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        string temporary = Path.Combine(folder, $".{sha256}.{Guid.NewGuid():N}{UnfinishedExtension}");
        using (SafeFileHandle handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, preallocationSize: image.Length))
        {
            RandomAccess.Write(handle, image, 0);
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.GroupRead);
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(temporary, PathOf(sha256), overwrite: true);
        FlushFolder();
        return new ImageFile(PathOf(sha256), image.Length);
    }

    /// <inheritdoc/>
    public void Claim(string database, string sha256, string role) => _claims[(database, sha256, role)] = true;

    /// <inheritdoc/>
    public bool IsClaimedBy(string database, string sha256, string role) => _claims.ContainsKey((database, sha256, role));

    /// <summary>The hashes of images older than <paramref name="age"/>.</summary>
    public IReadOnlyList<string> OlderThan(TimeSpan age) =>
        [.. FilesOlderThan(age, Extension).Select(file => Path.GetFileNameWithoutExtension(file.Name))];

    /// <summary>
    /// All images, those used longest ago first. The time of a use is that of the file's access: the silo notes when it hands one out; when a backend maps one by
    /// itself the file system does, as often as it is mounted for (each day by relatime).
    /// </summary>
    public IReadOnlyList<(string Sha256, long SizeBytes)> ByUse() =>
        [.. Files(Extension).OrderBy(file => file.LastAccessTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => (Path.GetFileNameWithoutExtension(file.Name), file.Length))];

    /// <summary>Unlinks an image unless a backend has it mapped or was just told of it; false when it stays.</summary>
    public bool TryEvict(string sha256)
    {
        string path = PathOf(sha256);
        lock (_removing)
        {
            if (!File.Exists(path) || time.GetUtcNow() - File.GetLastAccessTimeUtc(path) < OpenTimeout || IsMapped(path))
            {
                return false;
            }

            Remove(sha256);
            return true;
        }
    }

    /// <summary>Unlinks what a silo that died was still writing.</summary>
    public void RemoveUnfinished(TimeSpan age)
    {
        foreach (FileInfo file in FilesOlderThan(age, UnfinishedExtension))
        {
            file.Delete();
        }
    }

    /// <summary>Unlinks an image. Mappings of it stay valid.</summary>
    public void Remove(string sha256)
    {
        lock (_removing)
        {
            File.Delete(PathOf(sha256));
        }

        foreach (var claim in _claims.Keys.Where(claim => claim.Sha256 == sha256))
        {
            _claims.TryRemove(claim, out _);
        }
    }

    /// <summary>How many images there are, and their bytes.</summary>
    public (long Images, long SizeBytes) Measure()
    {
        FileInfo[] images = [.. Files(Extension)];
        return (images.Length, images.Sum(file => file.Length));
    }

    private IEnumerable<FileInfo> FilesOlderThan(TimeSpan age, string extension) => Files(extension).Where(file => time.GetUtcNow() - file.LastWriteTimeUtc > age);

    private IEnumerable<FileInfo> Files(string extension) => Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*" + extension) : [];

    // A backend's mapping holds a shared lock on the file, and .NET asks for an exclusive one here.
    private static bool IsMapped(string path)
    {
        try
        {
            using SafeFileHandle unused = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private string PathOf(string sha256) => sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(folder, sha256 + Extension)
        : throw new GraincastException(SqlState.InvalidParameter, $"\"{sha256}\" is no image's name", "An image is named by 64 lower-case hexadecimal digits.");

    private static void Check(string sha256, byte[] image)
    {
        try
        {
            using ScoringModel model = ScoringModel.Open(image);
            if (model.Sha256 != sha256)
            {
                throw new GraincastException(SqlState.DataCorrupted, $"the image named {sha256} has the hash {model.Sha256}", "Train the model again.");
            }
        }
        catch (InvalidImageException exception)
        {
            throw new GraincastException(SqlState.DataCorrupted, $"the image {sha256} is damaged: {exception.Message}", "Train the model again.", innerException: exception);
        }
    }

    // A rename is durable only when its folder is.
    private void FlushFolder()
    {
        using SafeFileHandle handle = new(Native.OpenFolder(folder), ownsHandle: true);
        if (handle.IsInvalid || Native.Fsync(handle) != 0)
        {
            throw new IOException($"could not flush {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static class Native
    {
        private const int ReadOnlyFolder = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC

        public static nint OpenFolder(string path) => Open(path, ReadOnlyFolder);

        public static int Fsync(SafeFileHandle handle) => FsyncOf((int)handle.DangerousGetHandle());

        [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        private static extern int Open(string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        private static extern int FsyncOf(int descriptor);
    }
}
