using Graincast.Onnx;
using Graincast.Placement;
using Graincast.Security;
using Graincast.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Graincast.Gateway;

/// <summary>A gateway on a real Unix socket for each of three nodes, in front of real silos.</summary>
public sealed class RunningGateway : IAsyncLifetime
{
    public const int MaxConnections = 16;

    private readonly NodeCluster _nodes = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("graincast-gw-").FullName;
    private readonly Tokens _tokens = new(new MemoryKeys(TimeProvider.System), new TokenOptions("graincast"), TimeProvider.System, NullLogger<Tokens>.Instance);
    private readonly Scorers _scorers = new(
        new ScorerOptions { FileName = "false", Arguments = [], MemoryBytes = 1 << 30, Timeout = TimeSpan.FromSeconds(10), IdleTime = TimeSpan.FromMinutes(1), MaxScorers = 1 }, TimeProvider.System);
    private GatewayService[] _gateways = [];

    /// <summary>The socket at node 0.</summary>
    public string Path => PathOf("0");

    /// <summary>The socket at a node.</summary>
    public string PathOf(string node) => System.IO.Path.Combine(_folder, $"{node}.sock");

    /// <summary>Where a node keeps an image.</summary>
    public string ImagePath(byte[] sha256, string node = "0") => System.IO.Path.Combine(_nodes.FolderOf(node), "images", Convert.ToHexStringLower(sha256) + ".img");

    /// <summary>Where a node keeps a run's rows.</summary>
    public string RowsOf(ulong run, string node = "0") => System.IO.Path.Combine(_nodes.FolderOf(node), "columns", run.ToString());

    /// <summary>The process ids of the workers that fit a run.</summary>
    public IReadOnlyList<int> WorkersOf(ulong run) => Processes.In($"/columns/{run}/");

    public async ValueTask InitializeAsync()
    {
        await _nodes.InitializeAsync();
        _gateways = [.. new[] { "0", "1", "2" }.Select(Create)];
        foreach (GatewayService gateway in _gateways)
        {
            await gateway.StartAsync(CancellationToken.None);
        }
    }

    /// <summary>Stops the gateway of a node, as a silo does that ends.</summary>
    public Task StopAsync(string node) => _gateways[int.Parse(node)].StopAsync(CancellationToken.None);

    /// <summary>A gateway for the same path that has not been started.</summary>
    public GatewayService Another() => Create("0");

    private GatewayService Create(string node) => new(
        new SocketOptions(PathOf(node), node, MaxConnections),
        new BackendCalls(_nodes.Grains, new TestNodes(node), _tokens, new NoCatalog(), _scorers, new Storage.ImageStore(System.IO.Path.Combine(_nodes.FolderOf(node), "images"), TimeProvider.System), NullLogger<BackendCalls>.Instance),
        NullLogger<GatewayService>.Instance);

    /// <summary>The three nodes of the test, as one of them sees them.</summary>
    private sealed class TestNodes(string own) : INodes
    {
        public IReadOnlyList<string> Others => [.. new[] { "0", "1", "2" }.Where(node => node != own)];

        public string Own => own;

        public string Silo => own;

        public bool IsLost(string silo) => false;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GatewayService gateway in _gateways)
        {
            await gateway.StopAsync(CancellationToken.None);
            gateway.Dispose();
        }

        _tokens.Dispose();
        await _nodes.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
