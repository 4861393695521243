using System.Runtime.CompilerServices;
using Graincast.Models;
using Graincast.Placement;
using Graincast.Projects;
using Graincast.Scoring;
using Graincast.Supervision;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;
using Orleans.TestingHost;

namespace Graincast.Security;

/// <summary>A real silo with the filter and the guard, and a real client of it; behind the project's grain a trainer that tells for whom it is asked.</summary>
public sealed class ClientCluster : IAsyncDisposable
{
    /// <summary>A training of this task ends when it is cancelled.</summary>
    public const string Endless = "endless";

    private readonly InProcessTestCluster _cluster;
    private readonly string _images;

    private ClientCluster(InProcessTestCluster cluster, string images) => (_cluster, _images) = (cluster, images);

    public IClusterClient Client => _cluster.Client;

    public Tokens Tokens => Services.GetRequiredService<Tokens>();

    /// <summary>What tokens are signed with.</summary>
    public required ITokenKeys Keys { get; init; }

    public EchoTrainer Trainer => (EchoTrainer)Services.GetRequiredService<ISqlTrainer>();

    /// <summary>Images that grains asked the catalog for.</summary>
    public CountingCatalog Catalog => (CountingCatalog)Services.GetRequiredService<ICatalog>();

    /// <summary>The silo's own: calls of its are a silo's.</summary>
    public IGrainFactory InSilo => Services.GetRequiredService<IGrainFactory>();

    private IServiceProvider Services => _cluster.GetSiloServiceProvider(_cluster.Silos[0].SiloAddress);

    /// <summary><paramref name="forge"/>: what becomes of each message that the client sends.</summary>
    public static async Task<ClientCluster> StartAsync(bool isGuarded = true, Action<byte[]>? forge = null)
    {
        string images = Directory.CreateTempSubdirectory("graincast-client-").FullName;
        var keys = new MemoryKeys(TimeProvider.System);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseSiloMetadata(new Dictionary<string, string> { [ShardLocalDirector.NodeMetadata] = "0" });
            silo.Services.AddPlacementDirector<ShardLocalStrategy, ShardLocalDirector>();
            silo.Services.AddSingleton<INodes, Nodes>();
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddSingleton(new TokenOptions("graincast"));
            silo.Services.AddSingleton<ITokenKeys>(keys);
            silo.Services.AddSingleton<Tokens>();
            silo.Services.AddSingleton<RunRegistry>();
            silo.Services.AddSingleton<IRunPublisher, NoCatalog>();
            silo.Services.AddSingleton<ICatalog, CountingCatalog>();
            silo.Services.AddSingleton<IDeployments, Nothing>();
            silo.Services.AddSingleton<IRights, Nothing>();
            silo.Services.AddSingleton<IKeyLocator, Nothing>();
            silo.Services.AddSingleton<IFeatureRows, Nothing>();
            silo.Services.AddSingleton<IScorers, Nothing>();
            silo.Services.AddSingleton<ISqlTrainer, EchoTrainer>();
            silo.Services.AddSingleton<IImageStore>(new Storage.ImageStore(images, TimeProvider.System));
            silo.Services.AddSingleton<ClientCallFilter>();
            silo.AddIncomingGrainCallFilter<ButForTheTestCluster>();
            if (isGuarded)
            {
                silo.Configure<SiloConnectionOptions>(options => options.ConfigureGatewayInboundConnection(client => client.UseGatewayGuard()));
            }
        });
        builder.ConfigureClient(client =>
        {
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(2));
            if (forge is not null)
            {
                client.Configure<ClientConnectionOptions>(options => options.ConfigureConnection(connection => connection.UseForger(forge)));
            }
        });
        InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();
        return new ClientCluster(cluster, images) { Keys = keys };
    }

    public IProjectGrain Project(string database = "app", string name = "fraud") => Client.GetGrain<IProjectGrain>(new ProjectKey(database, name).ToString());

    public Task<string> IssueAsync(string role, string database = "app") => Tokens.IssueAsync(role, database, TimeSpan.FromMinutes(1), 0, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_images, recursive: true);
    }

    /// <summary>Yields for whom it trains.</summary>
    public sealed class EchoTrainer : ISqlTrainer
    {
        /// <summary>Done when an endless training was cancelled.</summary>
        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async IAsyncEnumerable<TrainingUpdate> TrainAsync(
            string database, string project, string role, TrainingRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return new TrainingUpdate($"{database}/{project} for {role}, token: {RequestContext.Get(CallContext.Token) ?? "none"}", null);
            if (request.Task == Endless)
            {
                using CancellationTokenRegistration registration = cancellationToken.Register(() => Cancelled.TrySetResult());
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            await Task.Yield();
            yield return new TrainingUpdate("", new TrainedModel(1, "linear", true, "{}"));
        }
    }

    /// <summary>Knows nothing, and counts.</summary>
    public sealed class CountingCatalog : ICatalog
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public Task<bool> NamesAsync(string database, string sha256, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(false);
        }

        public Task<bool> CopyImageAsync(string database, string sha256, Stream destination, CancellationToken cancellationToken) => Task.FromResult(false);
    }

    /// <summary>The filter, but for the calls by which the test cluster's client waits for its silos.</summary>
    private sealed class ButForTheTestCluster(ClientCallFilter filter) : IIncomingGrainCallFilter
    {
        public Task Invoke(IIncomingGrainCallContext context) =>
            context.Request.GetInterfaceType().FullName == "Orleans.Runtime.TestHooks.ITestHooks" ? context.Invoke() : filter.Invoke(context);
    }

    /// <summary>A catalog without a project.</summary>
    private sealed class Nothing : IDeployments, IRights, IKeyLocator, IFeatureRows, IScorers
    {
        public ValueTask<ProjectState?> FindAsync(string database, string project, long since, CancellationToken cancellationToken) => new((ProjectState?)null);

        public ValueTask<ProjectState?> FindNowAsync(string database, string project, CancellationToken cancellationToken) => new((ProjectState?)null);

        public ValueTask<bool> MayActAsync(string database, string role, IReadOnlyList<string> users, CancellationToken cancellationToken) => new(false);

        public Task<string> NodeOfAsync(string database, FeatureSource source, RowKey key, CancellationToken cancellationToken) => Task.FromResult("0");

        public Task<FeatureRead> ReadAsync(string database, string project, ScoringModel model, IReadOnlyList<RowKey> keys, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<double[]> ScoreAsync(ImageFile image, float[] inputs) => throw new NotSupportedException();
    }
}
