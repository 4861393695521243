using Graincast.Models;
using Npgsql;

namespace Graincast.Storage;

/// <summary>What a caller is told when a feature source cannot be read.</summary>
internal static class SourceErrors
{
    public static GraincastException Translate(NpgsqlException exception, FeatureSource source, string node) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName } gone => new(
            gone.SqlState,
            $"the feature source {source.Relation} does not exist: {gone.MessageText}",
            "Drop the source, and create it for the relation that there is now: pgml.drop_feature_source, pgml.create_feature_source.",
            innerException: exception),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedColumn } missing => new(
            missing.SqlState,
            $"the feature source {source.Relation} lacks a column that the model was trained on: {missing.MessageText}",
            "Use a relation, or a view, that has all of the model's columns.",
            innerException: exception),
        PostgresException other => new(
            other.SqlState, $"the row could not be read from {source.Relation}: {other.MessageText}", other.Hint ?? "", other.Detail ?? "", exception),
        _ => new(
            SqlState.ConnectionLost,
            $"the Postgres of node {node} could not be reached: {(exception.InnerException ?? exception).Message}",
            "Start it, then try again.",
            innerException: exception),
    };

    public static GraincastException NoRow(FeatureSource source, RowKey key) => new(
        SqlState.NoData, $"no row of {source.Relation} has {Names(source)} = {key}", "Only committed rows are found.");

    public static GraincastException ManyRows(FeatureSource source, RowKey key) => new(
        SqlState.CardinalityViolation, $"several rows of {source.Relation} have {Names(source)} = {key}", "Name key columns that are unique together.");

    private static string Names(FeatureSource source) => source.KeyColumns.Count == 1 ? source.KeyColumns[0] : $"({string.Join(", ", source.KeyColumns)})";
}
