using System.Net.Sockets;
using Graincast.Training;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Gateway;

public sealed class DrainTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    public async Task A_gateway_that_stops_lets_a_training_fit_and_its_image_be_opened()
    {
        using var backend = TestBackend.Connect(gateway.PathOf("1"));
        backend.Begin(200);
        backend.ReceiveLast<RunBegun>();
        backend.Feed(200, TrainingCalls.Numbers(400));
        backend.Receive<Acknowledged>();
        backend.Send(new Fit(200, 400), TrainingCalls.Call);

        Task stopped = gateway.StopAsync("1");

        Fitted fitted = backend.ReceiveLast<Fitted>().Last;
        stopped.IsCompleted.ShouldBeFalse();
        backend.Send(new Open("alice", fitted.Image), 8);
        backend.Receive<Opened>().ImageBytes.ShouldBe(fitted.ImageBytes);
        backend.IsClosed().ShouldBeTrue();
        await stopped;
    }

    [Fact]
    public async Task A_gateway_that_stops_lets_idle_connections_go_and_takes_no_others()
    {
        using var backend = TestBackend.Connect(gateway.PathOf("2"));

        await gateway.StopAsync("2");

        backend.IsClosed().ShouldBeTrue();
        Should.Throw<SocketException>(() => TestBackend.Silent(gateway.PathOf("2")));
    }
}
