using System.Net;
using Graincast.Gateway;
using Graincast.Health;
using Graincast.Models;
using Graincast.Onnx;
using Graincast.Placement;
using Graincast.Projects;
using Graincast.Security;
using Graincast.Storage;
using Graincast.Supervision;
using Graincast.Telemetry;
using Graincast.Training;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace Graincast.Hosting;

/// <summary>One silo beside one Postgres server.</summary>
public static class SiloHost
{
    private const string Invariant = "Npgsql";
    private const int ClusterPoolSize = 4;
    private const int KnownAddresses = 10_000;
    private const int PoolThreads = 8;

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1.5);

    /// <summary>Runs the silo until it is told to stop. Throws <see cref="GraincastException"/> when an option cannot be used.</summary>
    public static async Task RunAsync(GraincastOptions options, CancellationToken cancellationToken)
    {
        NativeHeap.ReturnFreedBlocks();
        GraincastOptionsValidator.Check(options);
        // On two processors two calls that wait for a disk would keep a probe from being answered: the pool adds a thread to those of the processors each half second.
        ThreadPool.SetMinThreads(Math.Max(PoolThreads, Environment.ProcessorCount), Environment.ProcessorCount);
        var endpoints = new SiloEndpoints(options);
        await CompleteAsync(options, cancellationToken);
        string columns = Path.Combine(options.DataDirectory, "columns", options.Node);
        // Held as long as the silo runs: another one that is started by mistake must not empty the folder under it.
        using FileStream held = Lock(options.Socket + ".lock");
        await NodeClaim.CheckAsync(options.ClusterConnection, options.ClusterId, options.Node, endpoints.Silo, cancellationToken);
        EmptyFolder(columns);
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ "));
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        // Orleans' placement retries with it; what fails in the end, Orleans says itself.
        builder.Logging.AddFilter("Polly", LogLevel.None);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // Who asks is answered with the reason; a silo that waits would log it at each probe.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        AddHealth(builder.Services, options);
        AddServices(builder.Services, options, columns);
        builder.UseOrleans(silo => Configure(silo, options, endpoints));
        builder.Services.AddGraincastTelemetry(new TelemetryOptions(
            options.Node, options.OtlpEndpoint.Length > 0 ? new Uri(options.OtlpEndpoint) : null, options.ConsoleTraces, Scraped: options.HealthEndpoint.Length > 0));
        // Last in, first out: the gateway listens once the silo is up and stops before it goes.
        builder.Services.AddHostedService<ImageSweeper>();
        builder.Services.AddHostedService<ImageBudget>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RunPublisher>());
        builder.Services.AddHostedService<GatewayService>();
        builder.Services.AddHostedService<RunDrain>();
        using IHost host = builder.Build();
        endpoints.LogStart(host.Services.GetRequiredService<ILogger<SiloEndpoints>>());
        GraincastMeter.Observe(host.Services.GetRequiredService<ImageStore>().Measure, options.WorkerMemoryBytes);
        await host.RunAsync(cancellationToken);
    }

    /// <summary>Fills in what the options leave to be found out.</summary>
    private static async Task CompleteAsync(GraincastOptions options, CancellationToken cancellationToken)
    {
        options.ClusterConnection = options.ClusterConnection.Length == 0 ? options.Connection : options.ClusterConnection;
        options.SiloPort = options.SiloPort == 0 ? FreePort.Next() : options.SiloPort;
        options.GatewayPort = options.GatewayPort == 0 ? FreePort.Next() : options.GatewayPort;
        options.Node = options.Node.Length == 0 ? await LocalNode.ReadAsync(options.Connection, cancellationToken) : options.Node;
    }

    private static void AddHealth(IServiceCollection services, GraincastOptions options)
    {
        if (options.HealthEndpoint.Length > 0)
        {
            services.AddGraincastHealth(new HealthOptions(IPEndPoint.Parse(options.HealthEndpoint), ClusterConnection(options.ClusterConnection)));
        }
    }

    private static void AddServices(IServiceCollection services, GraincastOptions options, string columns)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new SocketOptions(options.Socket, options.Node, options.MaxConnections, options.PostgresUserId));
        services.AddSingleton<IFatalErrorHandler, DeathHandler>();
        services.AddSingleton(new TokenOptions(options.ClusterId));
        services.AddSingleton<ITokenKeys>(new TokenKeys(ClusterConnection(options.ClusterConnection)));
        services.AddSingleton<Tokens>();
        services.AddSingleton<BackendCalls>();
        services.AddSingleton<RunRegistry>();
        services.AddSingleton(new Databases(new NpgsqlConnectionStringBuilder(options.Connection)));
        services.AddSingleton<Catalog>();
        services.AddSingleton<ShardMap>();
        services.AddSingleton<IDeployments, Deployments>();
        services.AddSingleton<IFeatureRows, FeatureRows>();
        services.AddSingleton<IKeyLocator, KeyLocator>();
        services.AddSingleton<IRights, Rights>();
        services.AddSingleton<ISqlTrainer, SqlTrainer>();
        services.AddSingleton<RunPublisher>();
        services.AddSingleton<IRunPublisher>(provider => provider.GetRequiredService<RunPublisher>());
        services.AddSingleton<ICatalog>(provider => provider.GetRequiredService<Catalog>());
        services.AddSingleton(provider => new ImageStore(
            Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Socket))!, "images"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IImageStore>(provider => provider.GetRequiredService<ImageStore>());
        services.AddSingleton(new ImageBudgetOptions(options.ImagesBytes));
        services.AddSingleton(WorkerProgram.Options(options, columns));
        services.AddSingleton<TrainWorkers>();
        services.AddSingleton(WorkerProgram.Scorers(options));
        services.AddSingleton<Scorers>();
        services.AddSingleton<IScorers>(provider => provider.GetRequiredService<Scorers>());
    }

    private static void Configure(ISiloBuilder silo, GraincastOptions options, SiloEndpoints endpoints)
    {
        silo.Configure<ClusterOptions>(ids => (ids.ClusterId, ids.ServiceId) = (options.ClusterId, options.ServiceId));
        silo.Configure<SiloOptions>(name => name.SiloName = NodeClaim.SiloName(options.Node));
        // Before the gateway's guard: who is first is nearest to the wire, and the guard must see plain bytes.
        endpoints.Configure(silo);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            // A killed silo is found after two to three of these, a frozen one after three to five, instead of after a minute.
            membership.ProbeTimeout = ProbeTimeout;
            membership.MinProbeTimeout = ProbeTimeout;
            membership.MaxProbeTimeout = ProbeTimeout;
            membership.NumMissedProbesLimit = 3;
            // A silo that was frozen sees here that the others took it for dead, and starts anew.
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        });
        silo.UseSiloMetadata(new Dictionary<string, string> { [ShardLocalDirector.NodeMetadata] = options.Node });
        silo.Services.AddPlacementDirector<ShardLocalStrategy, ShardLocalDirector>();
        silo.Services.AddSingleton<INodes, Nodes>();
        // A project's grain is the only worker of its kind here; one that streams a training must not be taken for idle between two lines.
        silo.Configure<StatelessWorkerOptions>(workers => workers.RemoveIdleWorkers = false);
        UseDirectory(silo);
        string cluster = ClusterConnection(options.ClusterConnection);
        silo.UseAdoNetClustering(ado => (ado.Invariant, ado.ConnectionString) = (Invariant, cluster));
        silo.AddActivityPropagation();
        silo.AddIncomingGrainCallFilter<ClientCallFilter>();
        silo.Configure<SiloConnectionOptions>(connections => connections.ConfigureGatewayInboundConnection(client => client.UseGatewayGuard()));
    }

    // The default one forgets a part of the grains with each silo that dies, and ends them where they are well: a training would end because of a node that has
    // no part in it. This one asks the silos that are left. No lease on a dead silo's grains: they are its node's, which must serve when it is back.
    private static void UseDirectory(ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.Configure<GrainDirectoryOptions>(directory =>
        {
            directory.RangeLeaseDuration = TimeSpan.Zero;
            // Each training leaves the addresses of grains that nobody calls again; unless told, Orleans keeps a million of them.
            directory.CacheSize = KnownAddresses;
        });
    }

    // Every silo has such a pool at node 0.
    private static string ClusterConnection(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        builder.ApplicationName ??= "graincast";
        if (!builder.ContainsKey("Maximum Pool Size"))
        {
            builder.MaxPoolSize = ClusterPoolSize;
        }

        return builder.ConnectionString;
    }

    private static FileStream Lock(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new GraincastException(
                SqlState.ObjectNotInState,
                $"{path} cannot be locked: {exception.Message}",
                "If another silo listens there, stop it, or set GRAINCAST__SOCKET to another path.",
                innerException: exception);
        }
    }

    // Rows of runs whose silo died are of no use to anyone; those to come are for nobody else to read.
    private static void EmptyFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
