using System.Net.Sockets;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Gateway;

public sealed class ConnectionLimitTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    public void One_connection_too_many_is_told_so_and_a_freed_place_is_given_again()
    {
        List<TestBackend> backends = [.. Enumerable.Range(0, RunningGateway.MaxConnections).Select(_ => TestBackend.Connect(gateway.Path))];
        using (var refused = TestBackend.Silent(gateway.Path))
        {
            Error error = refused.Receive<Error>();
            error.SqlState.ShouldBe(SqlState.TooManyConnections);
            error.Hint.ShouldContain("GRAINCAST__MAXCONNECTIONS");
        }

        backends.ForEach(backend =>
        {
            backend.StopSending();
            backend.IsClosed().ShouldBeTrue();
            backend.Dispose();
        });

        // The silo closes a socket just before it counts it out.
        SpinWait.SpinUntil(CanConnect, TimeSpan.FromSeconds(5)).ShouldBeTrue();
    }

    [Fact]
    public void One_that_hangs_up_before_it_is_refused_costs_nothing()
    {
        List<TestBackend> backends = [];
        while (backends.Count < RunningGateway.MaxConnections)
        {
            SpinWait.SpinUntil(CanConnect, TimeSpan.FromSeconds(5)).ShouldBeTrue();
            backends.Add(TestBackend.Connect(gateway.Path));
        }

        for (int i = 0; i < 200; i++)
        {
            TestBackend.Silent(gateway.Path).Dispose();
        }

        backends.ForEach(backend => backend.Dispose());
        SpinWait.SpinUntil(CanConnect, TimeSpan.FromSeconds(5)).ShouldBeTrue();
    }

    private bool CanConnect()
    {
        using var backend = TestBackend.Silent(gateway.Path);
        try
        {
            backend.Send(new Hello(1, 1, 42, "app", "0.1.0"), 0);
            backend.Receive<Welcome>();
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or SocketException)
        {
            // Still full: an Error instead of a Welcome, or closed before Hello was sent.
            return false;
        }
    }
}
