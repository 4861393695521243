using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Graincast.Hosting;

namespace Graincast.Embedded;

/// <summary>The silo beside the embedded Postgres: a detached <c>graincast serve</c>.</summary>
internal sealed class Silo(DataDirectory data, SystemUser user)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    private readonly ProcessFile _process = new(data.SiloPid);

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
                socket.Connect(new UnixDomainSocketEndPoint(data.SiloSocket));
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    /// <summary>Starts it and waits until it accepts connections.</summary>
    public async Task StartAsync(string connectionString, CancellationToken cancellation)
    {
        WriteConfig(connectionString);
        var logged = new FileInfo(data.SiloLog) is { Exists: true } log ? log.Length : 0;
        var dotnet = Environment.ProcessPath ?? "dotnet";
        string[] program = Path.GetFileNameWithoutExtension(dotnet) == "dotnet" ? [dotnet, Path.Combine(data.App, "graincast.dll")] : [Path.Combine(data.App, "graincast")];
        _process.Write(Child.Detach(user.Wrap([.. program, "serve", "--config", data.SiloConfig]), data.SiloLog, data.Root));

        var accepted = await Deadline.WaitAsync(() => Accepts || Pid is null, StartTimeout, cancellation) && Pid is not null;
        if (!accepted)
        {
            var reason = Pid is null ? "it ended" : $"no connection within {StartTimeout.TotalSeconds} s";
            await StopAsync(cancellation);
            throw new GraincastException(SqlState.ConnectionFailure, $"The silo did not start, {reason}: {LogTail.LastError(data.SiloLog, logged)}", $"Its log is {data.SiloLog}.");
        }
    }

    /// <summary>Stops it, by force when it does not listen. Returns whether force was needed.</summary>
    public Task<bool> StopAsync(CancellationToken cancellation) => _process.StopAsync(StopTimeout, cancellation);

    private void WriteConfig(string connectionString)
    {
        var last = File.Exists(data.SiloConfig) ? JsonNode.Parse(File.ReadAllText(data.SiloConfig))?[GraincastOptions.Section] : null;
        // The same address as last time: Orleans then knows at once that a silo killed there is dead. Elsewhere it would wait a minute and a half for it.
        int Port(string name) => Ports.KeepOrPick((int?)last?[name]);
        var options = new JsonObject
        {
            [nameof(GraincastOptions.Node)] = "0",
            [nameof(GraincastOptions.DataDirectory)] = data.Root,
            [nameof(GraincastOptions.Socket)] = data.SiloSocket,
            [nameof(GraincastOptions.Connection)] = connectionString,
            [nameof(GraincastOptions.SiloPort)] = Port(nameof(GraincastOptions.SiloPort)),
            [nameof(GraincastOptions.GatewayPort)] = Port(nameof(GraincastOptions.GatewayPort)),
        };
        File.WriteAllText(data.SiloConfig, new JsonObject { [GraincastOptions.Section] = options }.ToJsonString(JsonSerializerOptions.Web) + "\n");
    }
}
