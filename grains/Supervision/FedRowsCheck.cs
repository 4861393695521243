using Graincast.Training;

namespace Graincast.Supervision;

/// <summary>Whether what the trainers have is what the caller's statement read, and can be trained on.</summary>
internal static class FedRowsCheck
{
    /// <exception cref="GraincastException">08006: rows are missing or too many. 22023: there are none. 0A000: an order of rows that nobody knows.</exception>
    public static void Run(TrainingPlan plan, long rows, IReadOnlyList<FedRows> fed)
    {
        long received = fed.Sum(part => part.Rows);
        if (received != rows)
        {
            throw new GraincastException(SqlState.ConnectionLost, $"the statement read {rows} rows, but {received} arrived at the trainers", "Nothing was written. Train again.");
        }

        if (rows == 0)
        {
            throw new GraincastException(SqlState.InvalidParameter, "there are no rows to train on", "Is the relation empty, or does row-level security hide its rows?");
        }

        if (plan.NeedsOrder && fed.Sum(part => part.Feeds) > 1)
        {
            throw new GraincastException(SqlState.FeatureNotSupported, "test_sampling => 'last' needs rows in one order, and those of several shards have none",
                "Use 'stratified' or 'random', or train on a view with ORDER BY.");
        }
    }
}
