using System.Text.Json;
using Graincast.Gateway;
using Graincast.Scoring;
using Graincast.Wire;
using Shouldly;
using Xunit;

namespace Graincast.Training;

public sealed class TrainingTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    public void Rows_that_are_fed_come_back_as_a_model_that_answers()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        backend.Begin(1);
        backend.ReceiveLast<RunBegun>().Last.Seed.ShouldBe(0);
        backend.Feed(1, TrainingCalls.Numbers(400));
        backend.Receive<Acknowledged>().Rows.ShouldBe(400);

        backend.Send(new Fit(1, 400), TrainingCalls.Call);
        (IReadOnlyList<string> progress, Fitted fitted) = backend.ReceiveLast<Fitted>();

        progress.ShouldNotBeEmpty();
        fitted.Rows.ShouldBe(400);
        fitted.Features.ShouldBe(1u);
        JsonDocument.Parse(fitted.Metrics).RootElement.GetProperty("r2").GetDouble().ShouldBe(1, 1e-6);
        using ScoringModel model = ScoringModel.Open(gateway.ImagePath(fitted.Image));
        model.Predict([10f]).ShouldBe(21f, 1e-3f);
    }

    [Fact]
    public void An_image_that_no_committed_row_names_is_opened_for_the_role_that_trained_it_only()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        backend.Begin(5);
        backend.ReceiveLast<RunBegun>();
        backend.Feed(5, TrainingCalls.Numbers(80));
        backend.Receive<Acknowledged>();
        backend.Send(new Fit(5, 80), TrainingCalls.Call);
        Fitted fitted = backend.ReceiveLast<Fitted>().Last;

        backend.Send(new Open("alice", fitted.Image), 8);
        backend.Receive<Opened>().ImageBytes.ShouldBe(fitted.ImageBytes);
        backend.Send(new Open("bob", fitted.Image), 9);
        backend.Receive<Error>().SqlState.ShouldBe(SqlState.UndefinedObject);
    }

    [Fact]
    public void The_same_rows_in_another_order_and_in_two_feeds_give_the_same_image()
    {
        byte[] Train(ulong run, Action<TestBackend> feed)
        {
            using var backend = TestBackend.Connect(gateway.Path);
            backend.Begin(run, "lightgbm", """{"min_data_in_leaf": 5, "n_estimators": 10}""");
            backend.ReceiveLast<RunBegun>();
            feed(backend);
            backend.Send(new Fit(run, 300), TrainingCalls.Call);
            return backend.ReceiveLast<Fitted>().Last.Image;
        }

        byte[] first = Train(10, backend =>
        {
            backend.Feed(10, TrainingCalls.Numbers(300));
            backend.Receive<Acknowledged>();
        });
        byte[] second = Train(11, backend =>
        {
            backend.Feed(11, TrainingCalls.Numbers(300).Reverse().Take(100));
            backend.Receive<Acknowledged>();
            backend.Feed(11, TrainingCalls.Numbers(300).Reverse().Skip(100), stream: 3);
            backend.Receive<Acknowledged>();
        });

        second.ShouldBe(first);
    }

    [Fact]
    public void A_hyperparameter_that_nobody_knows_is_refused_before_a_row_is_read()
    {
        using var backend = TestBackend.Connect(gateway.Path);

        backend.Begin(20, hyperparams: """{"lerning_rate": 0.1}""");

        Error error = backend.Receive<Error>();
        error.SqlState.ShouldBe(SqlState.InvalidParameter);
        error.Message.ShouldContain("lerning_rate");
        error.Hint.ShouldNotBeEmpty();
    }

    [Fact]
    public void Rows_that_the_statement_read_and_the_trainer_never_saw_fail_the_run()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        backend.Begin(30);
        backend.ReceiveLast<RunBegun>();
        backend.Feed(30, TrainingCalls.Numbers(50));
        backend.Receive<Acknowledged>();

        backend.Send(new Fit(30, 51), TrainingCalls.Call);

        Error error = backend.ReceiveLast<Error>().Last;
        error.SqlState.ShouldBe(SqlState.ConnectionLost);
        error.Message.ShouldContain("51");
    }

    [Fact]
    public void A_feed_that_was_aborted_does_not_count()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        backend.Begin(40);
        backend.ReceiveLast<RunBegun>();
        backend.Send(new BeginFeed(40), 9);
        backend.Send(new Rows(1, [0, .. new byte[16]]), 9);
        backend.Send(new EndFeed(2), 9);
        backend.Receive<Error>().SqlState.ShouldBe(SqlState.ConnectionLost);

        backend.Feed(40, TrainingCalls.Numbers(60));
        backend.Receive<Acknowledged>();
        backend.Send(new Fit(40, 60), TrainingCalls.Call);

        backend.ReceiveLast<Fitted>().Last.Rows.ShouldBe(60);
    }

    [Fact]
    public void A_backend_that_goes_away_takes_its_training_with_it()
    {
        using (var backend = TestBackend.Connect(gateway.Path))
        {
            backend.FitForLong(50);
            gateway.WorkersOf(50).ShouldNotBeEmpty();
        }

        SpinWait.SpinUntil(() => gateway.WorkersOf(50).Count == 0 && !Directory.Exists(gateway.RowsOf(50)), TimeSpan.FromSeconds(5)).ShouldBeTrue();
    }

    [Fact]
    public void A_worker_that_is_killed_costs_its_run_and_nothing_else()
    {
        using var backend = TestBackend.Connect(gateway.Path);
        backend.FitForLong(60);

        foreach (int worker in gateway.WorkersOf(60))
        {
            System.Diagnostics.Process.GetProcessById(worker).Kill();
        }

        Error error = backend.ReceiveLast<Error>().Last;
        error.SqlState.ShouldBe(SqlState.ConnectionLost);
        error.Message.ShouldContain("signal 9");
        backend.Begin(61);
        backend.ReceiveLast<RunBegun>();
    }
}
