using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Graincast.Hosting;

namespace Graincast.Embedded;

/// <summary>The silo beside the embedded Postgres: a detached <c>graincast serve</c>.</summary>
internal sealed class Silo(NodeDirectory node, SystemUser user)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    // Another one takes the place of a silo that was taken for dead within two seconds, on a busy machine within more.
    private static readonly TimeSpan RestartTimeout = TimeSpan.FromSeconds(10);
    private readonly ProcessFile _process = new(node.SiloPid);

    /// <summary>Its pid, or null when it does not run.</summary>
    public int? Pid => _process.Pid;

    /// <summary>Whether it takes connections of backends.</summary>
    public bool Accepts
    {
        get
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(node.SiloSocket));
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    /// <summary>Whether it runs and accepts connections, at once or when it has started anew; a process that does neither is to be replaced.</summary>
    public Task<bool> ServesAsync(CancellationToken cancellation) => AcceptsWithinAsync(RestartTimeout, cancellation);

    /// <summary>Starts it and waits until it accepts connections. Orleans' tables may be elsewhere than the Postgres beside it.</summary>
    public async Task StartAsync(string connectionString, string clusterConnectionString, CancellationToken cancellation)
    {
        WriteConfig(connectionString, clusterConnectionString);
        var logged = new FileInfo(node.SiloLog) is { Exists: true } log ? log.Length : 0;
        if (await LaunchAsync(cancellation))
        {
            return;
        }
        var reason = Pid is null ? "it ended" : $"no connection within {StartTimeout.TotalSeconds} s";
        await StopAsync(cancellation);
        throw new GraincastException(SqlState.ConnectionFailure, $"The silo did not start, {reason}: {LogTail.LastError(node.SiloLog, logged)}", $"Its log is {node.SiloLog}.");
    }

    /// <summary>Stops it, by force when it does not listen. Returns whether force was needed.</summary>
    public Task<bool> StopAsync(CancellationToken cancellation) => _process.StopAsync(StopTimeout, cancellation);

    /// <summary>Whether it then accepts connections; else it has ended, or does not listen in time.</summary>
    private Task<bool> LaunchAsync(CancellationToken cancellation)
    {
        var dotnet = Environment.ProcessPath ?? "dotnet";
        string[] program = Path.GetFileNameWithoutExtension(dotnet) == "dotnet" ? [dotnet, Path.Combine(node.Data.App, "graincast.dll")] : [Path.Combine(node.Data.App, "graincast")];
        _process.Write(Child.Detach(user.Wrap([.. program, "serve", "--config", node.SiloConfig]), node.SiloLog, node.Top));
        return AcceptsWithinAsync(StartTimeout, cancellation);
    }

    private async Task<bool> AcceptsWithinAsync(TimeSpan time, CancellationToken cancellation) =>
        await Deadline.WaitAsync(() => Accepts || Pid is null, time, cancellation) && Pid is not null;

    private void WriteConfig(string connectionString, string clusterConnectionString)
    {
        var last = File.Exists(node.SiloConfig) ? JsonNode.Parse(File.ReadAllText(node.SiloConfig))?[GraincastOptions.Section] : null;
        // The same address as last time: Orleans then knows at once that a silo killed there is dead. Elsewhere it would wait a minute and a half for it.
        int Port(string name) => Ports.KeepOrPick((int?)last?[name]);
        var options = new JsonObject
        {
            [nameof(GraincastOptions.DataDirectory)] = node.Top,
            [nameof(GraincastOptions.Socket)] = node.SiloSocket,
            [nameof(GraincastOptions.Connection)] = connectionString,
            [nameof(GraincastOptions.ClusterConnection)] = clusterConnectionString,
            [nameof(GraincastOptions.SiloPort)] = Port(nameof(GraincastOptions.SiloPort)),
            [nameof(GraincastOptions.GatewayPort)] = Port(nameof(GraincastOptions.GatewayPort)),
        };
        File.WriteAllText(node.SiloConfig, new JsonObject { [GraincastOptions.Section] = options }.ToJsonString(JsonSerializerOptions.Web) + "\n");
    }
}
