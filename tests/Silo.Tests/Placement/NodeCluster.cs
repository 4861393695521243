using Graincast.Models;
using Graincast.Supervision;
using Graincast.Training;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;
using Xunit;

namespace Graincast.Placement;

/// <summary>Three real silos in this process, one a node ("0", "1", "2"), with the services that grains need from outside.</summary>
public sealed class NodeCluster : IAsyncLifetime
{
    /// <summary>An image whose catalog says on which node it was asked.</summary>
    public static readonly string Unnamed = new('b', 64);

    private readonly string _folder = Directory.CreateTempSubdirectory("graincast-nodes-").FullName;

    public InProcessTestCluster Cluster { get; private set; } = null!;

    /// <summary>The one image that the catalog has.</summary>
    public SlowImage Slow { get; } = new();

    public IGrainFactory Grains => Cluster.Client;

    public string FolderOf(string node) => Path.Combine(_folder, node);

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((options, silo) =>
        {
            string node = NodeOf(options.SiloName);
            silo.UseSiloMetadata(new Dictionary<string, string> { [ShardLocalDirector.NodeMetadata] = node });
            silo.Services.AddPlacementDirector<ShardLocalStrategy, ShardLocalDirector>();
            silo.Services.AddSingleton<INodes, Nodes>();
            silo.AddActivityPropagation();
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddSingleton<RunRegistry>();
            silo.Services.AddSingleton<IRunPublisher, NoCatalog>();
            silo.Services.AddSingleton<IImageStore>(new Storage.ImageStore(Path.Combine(_folder, node, "images"), TimeProvider.System));
            silo.Services.AddSingleton<ICatalog>(new NodeNamingCatalog(node, Slow));
            silo.Services.AddSingleton<IFeatureRows>(new NoRows());
            silo.Services.AddSingleton<IScorers, NoScorers>();
            silo.Services.AddSingleton(new WorkerOptions
            {
                FileName = "dotnet",
                Arguments = [Path.Combine(AppContext.BaseDirectory, "graincast.dll"), "train-worker"],
                ColumnsDirectory = Path.Combine(_folder, node, "columns"),
                MemoryBytes = 1L << 30,
                Timeout = TimeSpan.FromMinutes(1),
            });
            silo.Services.AddSingleton<TrainWorkers>();
        });
        builder.ConfigureClient(client => client.AddActivityPropagation());
        Cluster = builder.Build();
        await Cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Silos are named Silo_0, Silo_1, …</summary>
    public static string NodeOf(string siloName) => siloName[(siloName.LastIndexOf('_') + 1)..];

    /// <summary>Knows the slow image, and says of one that it does not on which node it was asked.</summary>
    private sealed class NodeNamingCatalog(string node, SlowImage slow) : ICatalog
    {
        public Task<bool> NamesAsync(string database, string sha256, CancellationToken cancellationToken) => sha256 == Unnamed
            ? throw new GraincastException(SqlState.UndefinedObject, $"asked at node {node}")
            : Task.FromResult(slow.IsNamed(sha256));

        public async Task<bool> CopyImageAsync(string database, string sha256, Stream destination, CancellationToken cancellationToken) =>
            sha256 == slow.Sha256 && await slow.CopyAsync(destination);
    }

    /// <summary>A node without ONNX models.</summary>
    private sealed class NoScorers : IScorers
    {
        public Task<double[]> ScoreAsync(ImageFile image, float[] inputs) => throw new NotSupportedException();
    }

    /// <summary>A node without feature sources.</summary>
    private sealed class NoRows : IFeatureRows
    {
        public Task<FeatureRead> ReadAsync(string database, string project, Scoring.ScoringModel model, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) =>
            throw new GraincastException(SqlState.ObjectNotInState, $"project \"{project}\" has no feature source");
    }
}
