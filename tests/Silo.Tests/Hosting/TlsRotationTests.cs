using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Graincast.Hosting;

/// <summary>Certificates are replaced under silos and clients that go on calling.</summary>
public sealed class TlsRotationTests : IAsyncLifetime
{
    private const int CallsBetween = 200;

    private readonly TlsCluster _cluster = new();

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task No_call_fails_while_CA_and_certificates_are_replaced_and_new_connections_use_the_new_ones()
    {
        using var next = new TestAuthority("next CA");
        string old = _cluster.Authority.Pem;
        string folder = _cluster.Authority.Client().WriteTo(_cluster.Folder("client"), old);
        using IHost client = await _cluster.ConnectAsync(folder);
        using var stop = new CancellationTokenSource();
        var calls = new Calls(client.Services.GetRequiredService<IGrainFactory>());
        Task calling = calls.RunAsync(stop.Token);

        // First everyone trusts both CAs, then everyone has a certificate of the new one, then the old one goes.
        await calls.WaitForMoreAsync(CallsBetween);
        WriteAuthorities(old, next.Pem);
        await calls.WaitForMoreAsync(CallsBetween);
        TestAuthority.Issued[] silos = [next.Silo("new 0"), next.Silo("new 1"), next.Silo("new 2")];
        foreach ((int number, TestAuthority.Issued certificate) in silos.Index())
        {
            certificate.WriteTo(_cluster.Folder($"silo-{number}"), old, next.Pem);
        }

        next.Client("new client").WriteTo(folder, old, next.Pem);
        await MustServeNewClientAsync(folder, silos);
        await calls.WaitForMoreAsync(CallsBetween);
        WriteAuthorities(next.Pem);
        await MustServeNewClientAsync(folder, silos);
        (await RawPeer.AnsweredBytesAsync(_cluster.GatewayPort(), _cluster.Authority.Client("late"))).ShouldBe(0);
        await _cluster.Log.WaitAsync("late");
        await calls.WaitForMoreAsync(CallsBetween);
        await stop.CancelAsync();
        await calling;

        calls.Failures.ShouldBeEmpty();
        _cluster.Log.Find("Refused").Where(line => !line.Contains("looks only") && !line.Contains("late")).ShouldBeEmpty();
        await client.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_half_written_pair_keeps_the_last_certificate_and_is_logged_once()
    {
        string folder = _cluster.Folder("silo-0");
        TestAuthority.Issued client = _cluster.Authority.Client();
        string before = await RawPeer.ShownThumbprintAsync(_cluster.GatewayPort(), client);
        TestAuthority.Issued renewed = _cluster.Authority.Silo("renewed");

        await File.WriteAllTextAsync(Path.Combine(folder, "cert.pem"), renewed.Certificate, TestContext.Current.CancellationToken);
        for (int attempt = 0; attempt < 5; attempt++)
        {
            (await RawPeer.ShownThumbprintAsync(_cluster.GatewayPort(), client)).ShouldBe(before);
        }

        _cluster.Log.Find("Warning").Single().ShouldContain("key.pem cannot be used");
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), renewed.Key, TestContext.Current.CancellationToken);
        (await RawPeer.ShownThumbprintAsync(_cluster.GatewayPort(), client)).ShouldBe(renewed.Thumbprint);
        _cluster.Log.Find("New connections use what is in").Single().ShouldContain("CN=renewed");
    }

    private async Task MustServeNewClientAsync(string folder, TestAuthority.Issued[] silos)
    {
        using IHost client = await _cluster.ConnectAsync(folder);
        await client.Services.GetRequiredService<IGrainFactory>().GetGrain<ICountingGrain>(1).PassAsync([2, 3, 4]);
        await client.StopAsync(TestContext.Current.CancellationToken);
        using var anyone = new TestAuthority();
        for (int number = 0; number < silos.Length; number++)
        {
            (await RawPeer.ShownThumbprintAsync(_cluster.SiloPort(number), anyone.Silo("looks only"))).ShouldBe(silos[number].Thumbprint);
        }
    }

    private void WriteAuthorities(params string[] authorities)
    {
        foreach (string name in new[] { "silo-0", "silo-1", "silo-2", "client" })
        {
            File.WriteAllText(Path.Combine(_cluster.Folder(name), "ca.pem"), string.Join('\n', authorities));
        }
    }

    /// <summary>Calls from silo to silo, as fast as they come back.</summary>
    private sealed class Calls(IGrainFactory grains)
    {
        private readonly Channel<long> _done = Channel.CreateUnbounded<long>();

        public List<string> Failures { get; } = [];

        public async Task RunAsync(CancellationToken stop)
        {
            for (long key = 0; !stop.IsCancellationRequested && Failures.Count == 0; key++)
            {
                try
                {
                    await grains.GetGrain<ICountingGrain>(key % 50).PassAsync([(key % 50) + 50, (key % 50) + 100]);
                }
                catch (Exception exception)
                {
                    Failures.Add(exception.Message);
                }

                _done.Writer.TryWrite(key);
            }
        }

        public async Task WaitForMoreAsync(int count)
        {
            while (_done.Reader.TryRead(out _))
            {
            }

            for (int call = 0; call < count; call++)
            {
                await _done.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            }
        }
    }
}
