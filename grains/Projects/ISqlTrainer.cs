namespace Graincast.Projects;

/// <summary>Trainings in a SQL session of the silo's.</summary>
public interface ISqlTrainer
{
    /// <summary>
    /// Runs <c>pgml.train</c> at the Postgres beside this silo, reading as the silo's role, publishing for <paramref name="role"/>. Yields progress, then the model once it
    /// is committed. Errors are those of SQL. Cancelling cancels the statement.
    /// </summary>
    IAsyncEnumerable<TrainingUpdate> TrainAsync(string database, string project, string role, TrainingRequest request, CancellationToken cancellationToken);
}
