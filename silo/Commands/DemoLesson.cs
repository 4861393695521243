namespace Graincast.Commands;

/// <summary>One kind of model: how it is trained and what it answers, as SQL that can be pasted into psql.</summary>
/// <param name="Prepare">Statement to run first; may be empty.</param>
internal sealed record DemoLesson(string Title, string Project, string Prepare, string Train, string ShowTitle, string Show)
{
    /// <summary>The data sets that <c>load_dataset</c> brings along.</summary>
    public static readonly IReadOnlyList<string> DataSets = ["breast_cancer", "diabetes", "digits", "iris", "linnerud", "wine"];

    /// <summary>One lesson for each task.</summary>
    public static readonly IReadOnlyList<DemoLesson> All =
    [
        new("Regression: how far will diabetes progress?", "diabetes", "",
            "SELECT * FROM pgml.train('diabetes', 'regression', 'pgml.diabetes', 'target', algorithm => 'linear')",
            "Disease progression, the truth beside the prediction",
            """
            SELECT target AS truth, round(pgml.predict('diabetes', ARRAY[age, sex, bmi, bp, s1, s2, s3, s4, s5, s6])::numeric, 1) AS predicted
            FROM pgml.diabetes LIMIT 5
            """),
        new("Binary classification: is the tumour malignant?", "breast_cancer", "",
            "SELECT * FROM pgml.train('breast_cancer', 'classification', 'pgml.breast_cancer', 'malignant', algorithm => 'lightgbm')",
            "Tumours, the truth beside the prediction",
            """
            SELECT malignant AS truth, count(*) AS tumours, sum(answer) AS predicted_malignant
            FROM (SELECT malignant, pgml.predict('breast_cancer', c) AS answer FROM pgml.breast_cancer AS c) AS answers
            GROUP BY malignant ORDER BY malignant
            """),
        new("Multiclass classification: which digit was written?", "digits", "",
            "SELECT * FROM pgml.train('digits', 'classification', 'pgml.digits', 'target', algorithm => 'lightgbm', hyperparams => '{\"n_estimators\": 30}')",
            "Digits, the truth beside the prediction and its probability",
            """
            SELECT target AS truth, pgml.predict('digits', image) AS predicted, round((pgml.predict_proba('digits', image::real[]))[target + 1]::numeric, 3) AS probability
            FROM pgml.digits LIMIT 5
            """),
        new("Clustering: which irises belong together?", "iris_clusters",
            "CREATE OR REPLACE VIEW pgml.iris_features AS SELECT sepal_length, sepal_width, petal_length, petal_width FROM pgml.iris",
            "SELECT * FROM pgml.train('iris_clusters', 'clustering', 'pgml.iris_features', algorithm => 'kmeans', hyperparams => '{\"n_clusters\": 3}')",
            "Clusters beside the species, which the training never saw",
            """
            SELECT target AS species, pgml.predict('iris_clusters', ARRAY[sepal_length, sepal_width, petal_length, petal_width]) AS cluster, count(*) AS flowers
            FROM pgml.iris GROUP BY 1, 2 ORDER BY 1, 2
            """),
        new("Decomposition: 64 pixels in a few numbers", "digits_components",
            "CREATE OR REPLACE VIEW pgml.digits_features AS SELECT image FROM pgml.digits",
            "SELECT * FROM pgml.train('digits_components', 'decomposition', 'pgml.digits_features', algorithm => 'pca', hyperparams => '{\"n_components\": 3}')",
            "Digits and their three components",
            """
            SELECT target AS digit, pgml.decompose('digits_components', image::real[]) AS components
            FROM pgml.digits LIMIT 5
            """),
    ];

    /// <summary>A query to go on with.</summary>
    public const string Next = "SELECT name, task, algorithm, deployed_at FROM pgml.overview;";
}
