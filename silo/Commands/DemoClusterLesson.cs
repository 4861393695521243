namespace Graincast.Commands;

/// <summary>What the demo shows where there are workers: one table over all of them, and who does the work.</summary>
internal static class DemoClusterLesson
{
    public const string Table = "pgml.scans";

    /// <summary>Makes the table and spreads it over the workers.</summary>
    public static readonly IReadOnlyList<string> Distribute =
    [
        "CREATE TABLE pgml.scans AS SELECT row_number() OVER () AS id, image, target FROM pgml.digits, generate_series(1, 12)",
        "SELECT create_distributed_table('pgml.scans', 'id')",
    ];

    public const string WhereTitle = "Where the predictions of its rows were made: at the node that holds the row";

    public const string Where =
        """
        SELECT node.groupid AS node, predictions, correct
        FROM (SELECT current_setting('port')::int AS port, count(*) AS predictions, sum((pgml.predict('digits', image) = target)::int) AS correct
              FROM pgml.scans GROUP BY 1) AS answers
        JOIN pg_dist_node AS node ON node.nodeport = answers.port ORDER BY node
        """;

    /// <summary>A model of rows that lie on all workers, and how many nodes took part.</summary>
    public static readonly DemoLesson Lesson = new("Training on all workers: each one's rows go to the silo beside it", "scans",
        "CREATE OR REPLACE VIEW pgml.scans_features AS SELECT image, target FROM pgml.scans",
        "SELECT * FROM pgml.train('scans', 'classification', 'pgml.scans_features', 'target', algorithm => 'lightgbm', hyperparams => '{\"n_estimators\": 10}')",
        "The run",
        """
        SELECT run.rows, run.nodes, round(extract(epoch FROM run.finished_at - run.started_at), 1) AS seconds
        FROM pgml.runs AS run JOIN pgml.projects AS project ON project.id = run.project_id
        WHERE project.name = 'scans' ORDER BY run.finished_at DESC LIMIT 1
        """);
}
