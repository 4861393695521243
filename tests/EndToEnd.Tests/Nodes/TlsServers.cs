using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Graincast.Servers;
using Shouldly;

namespace Graincast.Nodes;

/// <summary>Two servers whose silos talk over TLS, with certificates made by the commands in the README, at an address that other machines could connect to.</summary>
public sealed class TlsServers : SeparateServers
{
    // Beside the servers' directories: root's silo runs as postgres and must read it.
    private readonly string _folder = $"/tmp/gc-tls-{Guid.NewGuid():N}"[..18];

    /// <summary>Where the silos are; loopback on a machine that has nothing else.</summary>
    public static IPAddress Address { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus == OperationalStatus.Up)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address), IPAddress.Loopback);

    protected override int Count => 2;

    /// <summary>What the README's commands made for a client.</summary>
    public string ClientCertificates => Path.Combine(_folder, "app");

    public string CertificatesOf(int node) => Path.Combine(_folder, $"db{node + 1}");

    public override async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder, (UnixFileMode)0b111_101_101);
        var result = await Cli.RunAsync(["bash", "-euc", $"cd {_folder}\n{Commands()}\nchmod -R a+rX db1 db2"]);
        result.ExitCode.ShouldBe(0, result.ToString());
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override Dictionary<string, string> EnvironmentOf(int node) => new()
    {
        ["GRAINCAST__TLSDIRECTORY"] = CertificatesOf(node),
        ["GRAINCAST__ADVERTISEDADDRESS"] = $"{Address}",
    };

    private static string Commands()
    {
        var readme = File.ReadAllText(Path.Combine(Cli.Repository, "README.md"));
        const string begin = "```sh\n";
        var start = readme.IndexOf(begin, readme.IndexOf("## Several machines", StringComparison.Ordinal), StringComparison.Ordinal) + begin.Length;
        return readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)];
    }
}
