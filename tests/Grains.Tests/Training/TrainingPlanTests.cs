using Graincast.Training;
using Shouldly;
using Xunit;

namespace Graincast.Tests.Training;

public class TrainingPlanTests
{
    private static readonly Table Numbers = Table.Of([[1, 2], [3, 4]], [1.0, 2.0]);

    [Theory]
    [InlineData("regression", "nearest", "22023", "unknown algorithm \"nearest\"")]
    [InlineData("regression", "kernel_ridge", "0A000", "algorithm \"kernel_ridge\" is not offered for regression")]
    [InlineData("classification", "kmeans", "0A000", "algorithm \"kmeans\" is not offered for classification")]
    [InlineData("forecasting", "linear", "22023", "unknown task \"forecasting\"")]
    public void An_algorithm_that_the_task_does_not_have_is_refused_with_those_it_has(string task, string algorithm, string sqlState, string message)
    {
        var error = Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(Numbers, task, algorithm)));

        error.SqlState.ShouldBe(sqlState);
        error.Message.ShouldBe(message);
        error.Hint.ShouldNotBeEmpty();
    }

    [Fact]
    public void The_hint_for_a_known_algorithm_lists_what_the_task_offers()
    {
        Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(Numbers, "regression", "kernel_ridge"))).Hint
            .ShouldBe("For regression: " + string.Join(", ", AlgorithmCatalog.Entries.Where(entry => entry.Task == Graincast.Scoring.ModelTask.Regression).Select(entry => entry.Name)) + ".");
    }

    [Theory]
    [InlineData("lightgbm", """{"n_trees": 5}""", "lightgbm has no hyperparameter \"n_trees\"")]
    [InlineData("lightgbm", """{"num_leaves": 131072}""", "hyperparameter \"num_leaves\" must be a whole number from 2 to 4096, not 131072")]
    [InlineData("lightgbm", """{"n_estimators": 1e300}""", "hyperparameter \"n_estimators\" must be a whole number from 1 to 10000, not 1e300")]
    [InlineData("lightgbm", """{"num_threads": 10000}""", "hyperparameter \"num_threads\" must be a whole number from 1 to")]
    [InlineData("lightgbm", """{"max_depth": 65}""", "hyperparameter \"max_depth\" must be a whole number from -1 to 64, or null, not 65")]
    [InlineData("lightgbm", """{"eta": "fast"}""", "hyperparameter \"eta\" must be a number from 1E-06 to 10, not \"fast\"")]
    [InlineData("lightgbm", """{"n_estimators": 10.5}""", "hyperparameter \"n_estimators\" must be a whole number")]
    [InlineData("lightgbm", """{"n_estimators": null}""", "hyperparameter \"n_estimators\" must be a whole number")]
    [InlineData("lightgbm", """{"n_estimators": [1]}""", "hyperparameter \"n_estimators\" must be a whole number")]
    [InlineData("lightgbm", """{"eta": 0.1, "learning_rate": 0.2}""", "hyperparameter \"learning_rate\" is given twice, as \"eta\" and \"learning_rate\"")]
    [InlineData("ridge", """{"alpha": -1}""", "hyperparameter \"alpha\" must be a number from 0 to 1000000000000, not -1")]
    [InlineData("ridge", """{"seed": -1}""", "hyperparameter \"seed\" must be a whole number from 0 to 2147483647, not -1")]
    [InlineData("random_forest", """{"max_features": "most"}""", "hyperparameter \"max_features\" must be a number")]
    [InlineData("lasso", """{"alpha": -1}""", "hyperparameter \"alpha\" must be a number from 0 to 1000000000000, not -1")]
    [InlineData("lasso", """{"l1_ratio": 0.5}""", "lasso has no hyperparameter \"l1_ratio\"")]
    [InlineData("elastic_net", """{"l1_ratio": 1.5}""", "hyperparameter \"l1_ratio\" must be a number from 0 to 1, not 1.5")]
    [InlineData("svm", """{"kernel": "curved"}""", "hyperparameter \"kernel\" must be linear, not \"curved\"")]
    [InlineData("linear_svm", """{"loss": "epsilon_insensitive"}""", "hyperparameter \"loss\" must be squared_epsilon_insensitive, not")]
    [InlineData("huber", """{"epsilon": 0.5}""", "hyperparameter \"epsilon\" must be a number from 1 to")]
    [InlineData("quantile", """{"quantile": 1}""", "hyperparameter \"quantile\" must be a number from 1E-06 to 0.999999, not 1")]
    [InlineData("passive_aggressive", """{"C": 0}""", "hyperparameter \"C\" must be a number from")]
    [InlineData("stochastic_gradient_descent", """{"penalty": "l3"}""", "hyperparameter \"penalty\" must be l2 or l1 or elasticnet or none, not \"l3\"")]
    [InlineData("bagging", """{"max_samples": 2}""", "hyperparameter \"max_samples\" must be a number from 0.01 to 1, not 2")]
    [InlineData("ridge", "[1]", "hyperparams must be a JSON object, not array")]
    [InlineData("ridge", "{", "hyperparams is not JSON")]
    public void A_wrong_hyperparameter_is_refused_by_name_with_what_is_allowed(string algorithm, string hyperparams, string message)
    {
        var error = Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(Numbers, "regression", algorithm) with { Hyperparams = hyperparams }));

        error.SqlState.ShouldBe("22023");
        error.Message.ShouldStartWith(message);
    }

    [Fact]
    public void A_kernel_that_is_known_and_not_offered_is_no_mistake_but_not_offered()
    {
        var error = Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(Numbers, "regression", "svm") with { Hyperparams = """{"kernel": "rbf"}""" }));

        (error.SqlState, error.Hint).ShouldBe(("0A000", "Offered: linear."));
    }

    [Fact]
    public void What_other_libraries_only_run_by_is_understood_and_told_to_have_no_effect()
    {
        var plan = TrainingPlan.Create(Trainer.Spec(Numbers, "regression", "xgboost") with
        {
            Hyperparams = """{"eval_metric": "rmse", "n_estimators": 3, "verbosity": 0}""",
            Search = "grid",
            SearchParams = """{"criterion": ["friedman_mse", "squared_error"]}""",
        });

        plan.Notices.Skip(1).ShouldBe(new[] { "eval_metric", "verbosity", "criterion" }.Select(name => $"xgboost: hyperparameter \"{name}\" has no effect here"));
        plan.Hyperparameters.ToJson().TryGetProperty("eval_metric", out _).ShouldBeFalse();
    }

    [Fact]
    public void The_hint_for_an_unknown_hyperparameter_lists_the_allowed_names()
    {
        Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(Numbers, "regression", "ridge") with { Hyperparams = """{"a": 1}""" })).Hint
            .ShouldBe("Allowed: alpha, fit_intercept, seed.");
    }

    [Theory]
    [InlineData("lightgbm", """{"num_iterations": 7}""", "n_estimators", "7")]
    [InlineData("xgboost", """{"gamma": 2.5}""", "min_split_gain", "2.5")]
    [InlineData("hist_gradient_boosting", """{"max_leaf_nodes": 15}""", "num_leaves", "15")]
    [InlineData("gradient_boosting_trees", """{"min_samples_leaf": 3}""", "min_data_in_leaf", "3")]
    [InlineData("lightgbm", "{}", "learning_rate", "0.1")]
    [InlineData("random_forest", """{"random_state": 42}""", "seed", "42")]
    public void Other_libraries_names_are_understood_and_every_value_is_told(string algorithm, string hyperparams, string name, string value)
    {
        var plan = TrainingPlan.Create(Trainer.Spec(Numbers, "regression", algorithm) with { Hyperparams = hyperparams });

        plan.Hyperparameters.ToJson().GetProperty(name).GetRawText().ShouldBe(value);
    }

    [Theory]
    [InlineData("lightgbm", 0)]
    [InlineData("xgboost", 1)]
    [InlineData("gradient_boosting_trees", 1)]
    [InlineData("hist_gradient_boosting", 1)]
    public void A_notice_says_when_LightGBM_does_another_algorithms_work(string algorithm, int notices)
    {
        var plan = TrainingPlan.Create(Trainer.Spec(Numbers, "regression", algorithm));

        plan.Notices.Count.ShouldBe(notices);
        plan.Notices.ShouldAllBe(notice => notice.StartsWith(algorithm + ": trained by LightGBM"));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(-0.1f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1.5f)]
    public void A_test_size_that_is_no_size_is_refused(float testSize)
    {
        Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(Numbers, "regression", "ridge") with { TestSize = testSize })).SqlState.ShouldBe("22023");
    }

    [Fact]
    public void Columns_must_fit_the_task()
    {
        Code("regression", "linear", new ColumnSpec("y", ColumnType.Float64, false, true)).ShouldBe("22023");
        Code("regression", "linear", Feature("x")).ShouldBe("22023");
        Code("clustering", "kmeans", Feature("x"), new ColumnSpec("y", ColumnType.Float64, false, true)).ShouldBe("22023");
        Code("regression", "linear", Feature("x"), new ColumnSpec("y", ColumnType.Text, false, true)).ShouldBe("42804");
        Code("regression", "linear", Feature("x"), new ColumnSpec("y", ColumnType.Float64, true, true)).ShouldBe("42804");
        Code("clustering", "kmeans", new ColumnSpec("x", ColumnType.Text, true, false)).ShouldBe("42804");
        Code("clustering", "kmeans", Feature("x"), Feature("x")).ShouldBe("22023");
    }

    [Fact]
    public void Preprocess_of_a_column_that_is_not_there_names_those_that_are()
    {
        var error = Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(Numbers, "regression", "ridge") with { Preprocess = """{"z": {"impute": "mean"}}""" }));

        error.SqlState.ShouldBe("22023");
        error.Hint.ShouldBe("Feature columns: x0, x1.");
    }

    private static ColumnSpec Feature(string name) => new(name, ColumnType.Float32, false, false);

    private static string Code(string task, string algorithm, params ColumnSpec[] columns) =>
        Trainer.Refusal(() => TrainingPlan.Create(Trainer.Spec(new Table(columns, []), task, algorithm))).SqlState;
}
