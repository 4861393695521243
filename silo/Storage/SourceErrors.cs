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
        PostgresException { SqlState: PostgresErrorCodes.InvalidTextRepresentation or PostgresErrorCodes.NumericValueOutOfRange } wrong => new(
            wrong.SqlState,
            $"the row could not be read from {source.Relation}: {wrong.MessageText}",
            $"Give the key as values of its key columns: {string.Join(", ", source.KeyColumns)}.",
            innerException: exception),
        PostgresException other when !IsShutdown(other) => new(
            other.SqlState, $"the row could not be read from {source.Relation}: {other.MessageText}", other.Hint ?? "", other.Detail ?? "", exception),
        _ => new(
            SqlState.ConnectionLost,
            $"the Postgres of node {node} could not be reached: {(exception as PostgresException)?.MessageText ?? (exception.InnerException ?? exception).Message}",
            "Start it, then try again.",
            innerException: exception),
    };

    private static bool IsShutdown(PostgresException exception) =>
        exception.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;

    /// <summary>Whether the extension itself said what is wrong with a key: no row has it, or several.</summary>
    public static bool IsOfRow(PostgresException exception) => exception.SqlState is SqlState.NoData or SqlState.CardinalityViolation;

    public static GraincastException OfRow(PostgresException exception) => new(exception.SqlState, exception.MessageText, exception.Hint ?? "", exception.Detail ?? "", exception);
}
