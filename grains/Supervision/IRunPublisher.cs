namespace Graincast.Supervision;

/// <summary>Writes to the catalog what came of runs that nobody waits for.</summary>
public interface IRunPublisher
{
    /// <summary>
    /// Returns when the end of a run, which <see cref="ISupervisorGrain.CollectAsync"/> tells, is in the catalog of <paramref name="database"/>, or needs not be: the run has
    /// no row there. Tries again while the database cannot be reached; cancelled when the silo stops.
    /// </summary>
    /// <returns>False: it could not be written. The look for lost runs tries again.</returns>
    Task<bool> PublishAsync(string database, string run);
}
