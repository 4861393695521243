namespace Graincast.Projects;

/// <summary>Trains in SQL, as <c>pgml.train</c>, at the Postgres beside the silo.</summary>
public interface ISqlTrainer
{
    /// <summary>
    /// Reads <see cref="TrainingRequest.Relation"/> as <paramref name="role"/>, where the silo's role may read it too; the project must be, or becomes, that of
    /// <paramref name="role"/>. Yields what the training tells as it comes, then the model, which is committed by then. Ending the enumeration early, or cancelling, cancels the statement: nothing is written.
    /// Errors are those of <c>pgml.train</c>; 53300 when too many trainings of clients are under way here.
    /// </summary>
    IAsyncEnumerable<TrainingUpdate> TrainAsync(string database, string project, string role, TrainingRequest request, CancellationToken cancellationToken);
}
