using Graincast.Placement;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Graincast.Gateway;

/// <summary>A gateway on a real Unix socket, in front of real silos, for node "0".</summary>
public sealed class RunningGateway : IAsyncLifetime
{
    public const int MaxConnections = 16;

    private readonly NodeCluster _nodes = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("graincast-gw-").FullName;
    private GatewayService? _gateway;

    public string Path => System.IO.Path.Combine(_folder, "graincast.sock");

    /// <summary>Where node 0 keeps an image.</summary>
    public string ImagePath(byte[] sha256) => System.IO.Path.Combine(_nodes.FolderOf("0"), "images", Convert.ToHexStringLower(sha256) + ".img");

    /// <summary>Where node 0 keeps a run's rows.</summary>
    public string RowsOf(ulong run) => System.IO.Path.Combine(_nodes.FolderOf("0"), "columns", run.ToString());

    /// <summary>The process ids of the workers that fit a run.</summary>
    public IReadOnlyList<int> WorkersOf(ulong run) =>
    [
        .. Directory.GetDirectories("/proc")
            .Where(folder => int.TryParse(System.IO.Path.GetFileName(folder), out _) && CommandLine(folder).Contains(RowsOf(run), StringComparison.Ordinal))
            .Select(folder => int.Parse(System.IO.Path.GetFileName(folder))),
    ];

    public async ValueTask InitializeAsync()
    {
        await _nodes.InitializeAsync();
        _gateway = Another();
        await _gateway.StartAsync(CancellationToken.None);
    }

    /// <summary>A gateway for the same path that has not been started.</summary>
    public GatewayService Another() => new(
        new SocketOptions(Path, "0", MaxConnections),
        new BackendCalls(_nodes.Grains, NullLogger<BackendCalls>.Instance),
        NullLogger<GatewayService>.Instance);

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(System.IO.Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            // It ended while /proc was read.
            return "";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway!.StopAsync(CancellationToken.None);
        _gateway.Dispose();
        await _nodes.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
