using Graincast.Images;
using Graincast.Manifests;
using Xunit;

namespace Graincast.Pods;

[CollectionDefinition(Name)]
public sealed class PodCollection : ICollectionFixture<PodRun>
{
    public const string Name = "pod";
}

/// <summary>One life of the coordinator's pod, which several tests look at: with the images where they can be built, else with what is in bin/.</summary>
public sealed class PodRun : IAsyncLifetime
{
    private ImageStore? _store;

    /// <summary>What it said; null where it could not be.</summary>
    public string? Output { get; private set; }

    /// <summary>Why not.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The images; null where they cannot be built.</summary>
    public IReadOnlyDictionary<string, BuiltImage>? Images => _store?.Images;

    public async ValueTask InitializeAsync()
    {
        Reason = !Environment.IsPrivilegedProcess ? "Only root can give processes a root of their own."
            : !File.Exists("/usr/share/postgresql/15/extension/citus.control") ? "The extension citus is not installed for PostgreSQL 15."
            : "";
        _store = ImageStore.IsPossible ? await ImageStore.BuildAsync() : null;
        if (Reason.Length > 0)
        {
            return;
        }

        using var pod = new PodFolder((await Command.RunAsync("id", ["-u", "postgres"])).Trim(), Images ?? new Dictionary<string, BuiltImage>());
        Output = await Command.RunAsync(Path.Combine(Overlay.Folder, "..", "tests", "Kubernetes.Tests", "Pods", "pod.sh"), [pod.Path, Path.Combine(Overlay.Folder, "..", "bin", "app")]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }
}
