using Graincast.Servers;
using Shouldly;
using Xunit;

namespace Graincast.Failures;

/// <summary>A silo that is given little refuses what is too much for it, and says by which setting.</summary>
public sealed class LimitTests(LimitTests.SmallSilo small) : IClassFixture<LimitTests.SmallSilo>
{
    private const int Connections = 2;

    [Fact]
    public async Task A_training_over_its_budget_of_memory_is_ended()
    {
        await using var session = await Session.OpenAsync(small.Server);
        await session.ExecuteAsync("CREATE TABLE large AS SELECT x::real AS a, sin(x)::real AS b, cos(x)::real AS c, x % 7 AS y FROM generate_series(1, 400000) x");

        var error = await session.FailAsync("SELECT pgml.train('large', 'regression', 'large', 'y', 'lightgbm')");

        error.SqlState.ShouldBe(SqlState.OutOfMemory, error.MessageText);
        error.Hint.ShouldNotBeNull().ShouldContain("GRAINCAST__WORKERMEMORYBYTES");
    }

    [Fact]
    public async Task A_backend_more_than_the_silo_serves_is_refused()
    {
        List<Session> sessions = [];
        try
        {
            Npgsql.PostgresException? error = null;
            while (error is null && sessions.Count < 2 * Connections + 1)
            {
                sessions.Add(await Session.OpenAsync(small.Server));
                try
                {
                    await sessions[^1].ScalarAsync<long>("SELECT count(*) FROM pgml.stat_progress_train");
                }
                catch (Npgsql.PostgresException e)
                {
                    error = e;
                }
            }

            error.ShouldNotBeNull().SqlState.ShouldBe(SqlState.TooManyConnections, error.MessageText);
            error.Hint.ShouldNotBeNull().ShouldContain("GRAINCAST__MAXCONNECTIONS");
        }
        finally
        {
            foreach (var session in sessions)
            {
                await session.DisposeAsync();
            }
        }
    }

    /// <summary>A server whose silo has the least of everything.</summary>
    public sealed class SmallSilo : IAsyncLifetime
    {
        public GraincastServer Server { get; } = new()
        {
            Environment = new Dictionary<string, string>
            {
                ["GRAINCAST__WORKERMEMORYBYTES"] = $"{64 << 20}",
                ["GRAINCAST__MAXCONNECTIONS"] = $"{Connections}",
            },
        };

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
