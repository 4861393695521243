using System.Text.Json;
using Graincast.Manifests;
using Graincast.Pods;

namespace Graincast.Images;

/// <summary>The images that <c>make images</c> builds without a registry, in a store of their own. Deleted at the end.</summary>
public sealed class ImageStore : IAsyncDisposable
{
    private static readonly string[] Programs = ["buildah", "busybox", "apt-get"];

    private readonly string _folder = Directory.CreateTempSubdirectory("graincast-images-").FullName;

    private ImageStore()
    {
    }

    /// <summary>By name; the base is not among them.</summary>
    public IReadOnlyDictionary<string, BuiltImage> Images { get; private set; } = new Dictionary<string, BuiltImage>();

    /// <summary>Whether they can be built here.</summary>
    public static bool IsPossible { get; } = Environment.IsPrivilegedProcess
        && Programs.All(program => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))));

    private string[] Buildah => ["buildah", "--root", Path.Combine(_folder, "root"), "--runroot", Path.Combine(_folder, "run"), "--storage-driver", "vfs"];

    public static async Task<ImageStore> BuildAsync()
    {
        var store = new ImageStore();
        try
        {
            var environment = new Dictionary<string, string> { ["BUILDAH"] = string.Join(' ', store.Buildah), ["BUILDAH_ISOLATION"] = "chroot", ["RUNTIME"] = "local" };
            await Command.RunAsync(Path.Combine(Overlay.Folder, "images", "build.sh"), [], environment);
            string listed = await store.BuildahAsync("images", "--format", "{{.Name}}:{{.Tag}}");
            string[] names = [.. listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => !name.StartsWith("localhost/", StringComparison.Ordinal))];
            store.Images = (await Task.WhenAll(names.Select(store.InspectAsync))).ToDictionary(image => image.Name);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await BuildahAsync("rm", "--all");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<BuiltImage> InspectAsync(string name)
    {
        string container = (await BuildahAsync("from", name)).Trim();
        string root = (await BuildahAsync("mount", container)).Trim();
        using JsonDocument inspected = JsonDocument.Parse(await BuildahAsync("inspect", "--type", "image", name));
        JsonElement config = inspected.RootElement.GetProperty("OCIv1").GetProperty("config");
        return new BuiltImage(
            name,
            root,
            config.GetProperty("Entrypoint").Deserialize<string[]>()!,
            config.GetProperty("Env").Deserialize<string[]>()!,
            config.GetProperty("User").GetString()!,
            config.GetProperty("Labels").Deserialize<Dictionary<string, string>>()!);
    }

    private Task<string> BuildahAsync(params string[] arguments) => Command.RunAsync(Buildah[0], [.. Buildah.Skip(1), .. arguments]);
}
