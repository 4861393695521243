using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Graincast.Projects;
using Graincast.Security;
using Npgsql;

namespace Graincast.Storage;

/// <inheritdoc cref="ISqlTrainer"/>
/// <param name="databases">Of the Postgres beside this silo, as the silo's role.</param>
/// <param name="tokens">Issues the token by which a session acts for a role.</param>
public sealed class SqlTrainer(Databases databases, Tokens tokens) : ISqlTrainer
{
    /// <summary>Each training is a session of Postgres and a worker.</summary>
    public const int MaxTrainings = 8;

    // A client that reads slower than the training tells misses the oldest lines, and not its end.
    private const int MaxUpdates = 1_024;

    // Time enough for the next statement to begin; then nobody can use it any more.
    private static readonly TimeSpan TokenValidity = TimeSpan.FromMinutes(1);

    private int _trainings;

    /// <inheritdoc/>
    public async IAsyncEnumerable<TrainingUpdate> TrainAsync(
        string database, string project, string role, TrainingRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using IDisposable place = TakePlace();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<TrainingUpdate> updates = Channel.CreateBounded<TrainingUpdate>(new BoundedChannelOptions(MaxUpdates) { FullMode = BoundedChannelFullMode.DropOldest });
        Task run = RunAsync(new SqlTraining(database, project, role, request), updates.Writer, stop.Token);
        try
        {
            await foreach (TrainingUpdate update in updates.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return update;
            }

            await run;
        }
        finally
        {
            // The consumer may have left early.
            await stop.CancelAsync();
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(SqlTraining training, ChannelWriter<TrainingUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            // A session of its own: what a training leaves in one is nothing to the next.
            await using NpgsqlConnection connection = await databases.OpenAsync(training.Database, cancellationToken);
            connection.Notice += (_, e) => updates.TryWrite(new TrainingUpdate(e.Notice.MessageText, null));
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
            uint backend = (uint)(int)(await training.ScalarAsync(connection, "SELECT pg_backend_pid()", cancellationToken))!;
            string token = await tokens.IssueAsync(training.Role, training.Database, TokenValidity, backend, cancellationToken);
            TrainedModel model = await training.TrainAsync(connection, token, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            updates.TryWrite(new TrainingUpdate("", model));
        }
        catch (PostgresException exception)
        {
            throw training.Translate(exception);
        }
        catch (NpgsqlException exception)
        {
            // Without the exception itself, here and above: it would have to travel to the client, and Npgsql's do not.
            throw new GraincastException(
                SqlState.ConnectionLost,
                $"the connection of the silo to the Postgres beside it failed: {(exception.InnerException ?? exception).Message}",
                "Nothing was written, unless the model is in pgml.trained_models. See the silo's log and `graincast status`.");
        }
        finally
        {
            updates.Complete();
        }
    }

    private Place TakePlace()
    {
        if (Interlocked.Increment(ref _trainings) > MaxTrainings)
        {
            Interlocked.Decrement(ref _trainings);
            throw new GraincastException(
                SqlState.TooManyConnections,
                $"{MaxTrainings} trainings of clients are under way at this silo",
                "Try again when one has ended: SELECT * FROM pgml.stat_progress_train.");
        }

        return new Place(this);
    }

    private sealed class Place(SqlTrainer trainer) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref trainer._trainings);
    }
}
