using System.Text.Json;
using Graincast.Gateway;
using Graincast.Scoring;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Training;

/// <summary>One run fed at several nodes; each backend talks to the silo of its own.</summary>
public sealed class NodesTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    private const int Rows = 900;

    [Theory, InlineData("linear", 100UL), InlineData("lightgbm", 110UL)]
    public void Rows_fed_at_three_nodes_give_the_model_of_all_of_them(string algorithm, ulong run)
    {
        Fitted alone = Train(run, algorithm, [Rows], out _);

        Fitted together = Train(run + 1, algorithm, [Rows / 2, Rows / 6, Rows / 3], out _);

        alone.Nodes.ShouldBe(1u);
        together.Nodes.ShouldBe(3u);
        together.Rows.ShouldBe(Rows);
        using ScoringModel one = ScoringModel.Open(gateway.ImagePath(alone.Image));
        using ScoringModel other = ScoringModel.Open(gateway.ImagePath(together.Image));
        for (int x = 0; x < 1000; x++)
        {
            other.Predict([x]).ShouldBe(one.Predict([x]), 1e-3f);
        }

        JsonElement metrics = JsonDocument.Parse(together.Metrics).RootElement;
        metrics.GetProperty("training_rows").GetInt64().ShouldBe(675);
        metrics.GetProperty("test_rows").GetInt64().ShouldBe(225);
    }

    [Fact]
    public void Every_node_that_was_fed_has_the_image_and_no_rows_any_more()
    {
        Fitted fitted = Train(120, "linear", [30, 30, 30], out _);

        foreach (string node in new[] { "0", "1", "2" })
        {
            File.Exists(gateway.ImagePath(fitted.Image, node)).ShouldBeTrue($"node {node}");
            Directory.Exists(gateway.RowsOf(120, node)).ShouldBeFalse($"node {node}");
            using var backend = TestBackend.Connect(gateway.PathOf(node));
            backend.Send(new Open("alice", fitted.Image), 8);
            backend.Receive<Opened>().ImageBytes.ShouldBe(fitted.ImageBytes);
        }
    }

    [Fact]
    public void A_node_without_rows_gets_the_image_of_an_open_transaction_from_one_that_had_some()
    {
        Fitted fitted = Train(125, "linear", [30, 30], out _);
        File.Exists(gateway.ImagePath(fitted.Image, "2")).ShouldBeFalse();

        using var backend = TestBackend.Connect(gateway.PathOf("2"));
        backend.Send(new Open("bob", fitted.Image), 7);
        backend.Receive<Error>().SqlState.ShouldBe(SqlState.UndefinedObject);
        backend.Send(new Open("alice", fitted.Image), 8);
        backend.Receive<Opened>().ImageBytes.ShouldBe(fitted.ImageBytes);

        File.ReadAllBytes(gateway.ImagePath(fitted.Image, "2")).ShouldBe(File.ReadAllBytes(gateway.ImagePath(fitted.Image, "1")));
    }

    [Fact]
    public void An_algorithm_without_a_distributed_form_says_how_much_it_moves_to_one_node()
    {
        Fitted fitted = Train(130, "random_forest", [40, 200, 60], out IReadOnlyList<string> progress, """{"n_estimators": 5}""");

        progress.ShouldContain("random_forest has no distributed form: 100 rows (1700 bytes) of node 0, 2 are gathered at node 1");
        fitted.Rows.ShouldBe(300);
        fitted.Nodes.ShouldBe(3u);
        File.Exists(gateway.ImagePath(fitted.Image, "1")).ShouldBeTrue();
    }

    [Fact]
    public void A_backend_that_goes_away_takes_the_workers_of_all_nodes_with_it()
    {
        using (var backend = TestBackend.Connect(gateway.Path))
        {
            Begin(backend, 140, "lightgbm", """{"n_estimators": 10000, "num_leaves": 1000, "min_data_in_leaf": 1}""");
            Feed(140, [60_000, 60_000, 60_000]);
            backend.Send(new Fit(140, 180_000), TrainingCalls.Call);
            backend.Receive<Progress>();
            SpinWait.SpinUntil(() => gateway.WorkersOf(140).Count == 3, TimeSpan.FromSeconds(10)).ShouldBeTrue();
        }

        SpinWait.SpinUntil(() => gateway.WorkersOf(140).Count == 0 && !Directory.Exists(gateway.RowsOf(140, "2")), TimeSpan.FromSeconds(5)).ShouldBeTrue();
    }

    [Fact]
    public void A_worker_that_dies_at_one_node_ends_the_workers_of_the_others()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        Begin(backend, 150, "lightgbm", """{"n_estimators": 10000, "num_leaves": 1000, "min_data_in_leaf": 1}""");
        Feed(150, [60_000, 60_000, 60_000]);
        backend.Send(new Fit(150, 180_000), TrainingCalls.Call);
        backend.Receive<Progress>();
        SpinWait.SpinUntil(() => gateway.WorkersOf(150).Count == 3, TimeSpan.FromSeconds(10)).ShouldBeTrue();

        System.Diagnostics.Process.GetProcessById(gateway.WorkersOf(150)[^1]).Kill();

        Error error = backend.ReceiveLast<Error>().Last;
        error.SqlState.ShouldBe(SqlState.ConnectionLost);
        error.Message.ShouldContain("signal 9");
        SpinWait.SpinUntil(() => gateway.WorkersOf(150).Count == 0, TimeSpan.FromSeconds(5)).ShouldBeTrue();
        Train(151, "linear", [30, 30, 30], out _).Rows.ShouldBe(90);
    }

    [Fact]
    public void Rows_in_no_order_have_no_last_ones()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        Begin(backend, 160, "linear", "{}", "last");
        Feed(160, [30, 30]);
        backend.Send(new Fit(160, 60), TrainingCalls.Call);

        Error error = backend.ReceiveLast<Error>().Last;

        error.SqlState.ShouldBe(SqlState.FeatureNotSupported);
        error.Message.ShouldContain("'last'");
        error.Hint.ShouldNotBeEmpty();
    }

    [Fact]
    public void An_error_in_the_rows_of_one_node_is_the_error_of_the_run()
    {
        for (ulong run = 180; run < 183; run++)
        {
            using var backend = TestBackend.Connect(gateway.Path);
            Begin(backend, run, "linear", "{}");
            Feed(run, [300]);
            using (var other = TestBackend.Connect(gateway.PathOf("1")))
            {
                // The second column of the second row is NULL.
                other.Send(new BeginFeed(run), TrainingCalls.FeedStream);
                other.Send(new Rows(2, [0, .. new byte[16], 1, .. new byte[8]]), TrainingCalls.FeedStream);
                other.Send(new EndFeed(2), TrainingCalls.FeedStream);
                other.Receive<Acknowledged>();
            }

            backend.Send(new Fit(run, 302), TrainingCalls.Call);

            backend.ReceiveLast<Error>().Last.Message.ShouldBe("column \"x\" has a NULL");
        }
    }

    [Fact]
    public void No_rows_at_all_are_refused()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        Begin(backend, 170, "linear", "{}");
        backend.Send(new Fit(170, 0), TrainingCalls.Call);

        backend.ReceiveLast<Error>().Last.Message.ShouldBe("there are no rows to train on");
    }

    private static void Begin(TestBackend backend, ulong run, string algorithm, string hyperparams, string sampling = "random")
    {
        backend.Begin(run, algorithm, hyperparams, sampling: sampling);
        backend.ReceiveLast<RunBegun>();
    }

    /// <summary>The first rows at node 0, the next at node 1, and so on.</summary>
    private void Feed(ulong run, int[] rows)
    {
        int first = 0;
        for (int node = 0; node < rows.Length; node++)
        {
            using var backend = TestBackend.Connect(gateway.PathOf($"{node}"));
            backend.Feed(run, TrainingCalls.Numbers(first + rows[node]).Skip(first));
            backend.Receive<Acknowledged>().Rows.ShouldBe(rows[node]);
            first += rows[node];
        }
    }

    private Fitted Train(ulong run, string algorithm, int[] rows, out IReadOnlyList<string> progress, string hyperparams = "{}")
    {
        using var backend = TestBackend.Connect(gateway.Path);
        Begin(backend, run, algorithm, hyperparams);
        Feed(run, rows);
        backend.Send(new Fit(run, rows.Sum()), TrainingCalls.Call);
        (progress, Fitted fitted) = backend.ReceiveLast<Fitted>();
        return fitted;
    }
}
