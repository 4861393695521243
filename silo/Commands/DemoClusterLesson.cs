namespace Graincast.Commands;

/// <summary>What the demo shows where there are workers: one table over all nodes, and who does the work.</summary>
internal static class DemoClusterLesson
{
    public const string Table = "pgml.scans";

    /// <summary>Makes the table and spreads it; one transaction, so that it is there as a whole or not.</summary>
    public static readonly IReadOnlyList<string> Distribute =
    [
        "CREATE TABLE pgml.scans AS SELECT row_number() OVER () AS id, image, target FROM pgml.digits, generate_series(1, 12)",
        "SELECT create_distributed_table('pgml.scans', 'id')",
    ];

    /// <summary>A model of rows that lie on all workers.</summary>
    public static readonly DemoLesson Lesson = new("Rows on several nodes: each worker's rows go to the silo beside it", "scans",
        "CREATE OR REPLACE VIEW pgml.scans_features AS SELECT image, target FROM pgml.scans",
        "SELECT * FROM pgml.train('scans', 'classification', 'pgml.scans_features', 'target', algorithm => 'lightgbm', hyperparams => '{\"n_estimators\": 30}')",
        "Where the predictions were made: at the node that holds the row",
        """
        SELECT (SELECT groupid FROM pg_dist_node WHERE nodeport = port) AS node, predictions, correct
        FROM (SELECT current_setting('port')::int AS port, count(*) AS predictions, sum((pgml.predict('scans', image) = target)::int) AS correct
              FROM pgml.scans GROUP BY 1) AS answers
        ORDER BY node
        """);

    /// <summary>How many nodes fed the training.</summary>
    public const string Runs =
        """
        SELECT run.rows, run.nodes, run.finished_at - run.started_at AS took
        FROM pgml.runs AS run JOIN pgml.projects AS project ON project.id = run.project_id
        WHERE project.name = 'scans' ORDER BY run.finished_at DESC LIMIT 1
        """;
}
