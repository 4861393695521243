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
        List<TestBackend> backends = [.. Enumerable.Range(0, RunningGateway.MaxConnections).Select(_ => Connect())];
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

        Connect().Dispose();
    }

    [Fact]
    public void One_that_hangs_up_before_it_is_refused_costs_nothing()
    {
        List<TestBackend> backends = [.. Enumerable.Range(0, RunningGateway.MaxConnections).Select(_ => Connect())];

        for (int i = 0; i < 200; i++)
        {
            TestBackend.Silent(gateway.Path).Dispose();
        }

        backends.ForEach(backend => backend.Dispose());
        Connect().Dispose();
    }

    /// <summary>The silo closes a socket just before it counts it out, so a place that was given up is free a moment later.</summary>
    private TestBackend Connect()
    {
        TestBackend? backend = null;
        SpinWait.SpinUntil(() => TryConnect(out backend), TimeSpan.FromSeconds(5)).ShouldBeTrue("a place is free");
        return backend!;
    }

    private bool TryConnect(out TestBackend? backend)
    {
        try
        {
            backend = TestBackend.Connect(gateway.Path);
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or SocketException)
        {
            // Still full: an Error instead of a Welcome, or closed before Hello was sent.
            backend = null;
            return false;
        }
    }
}
