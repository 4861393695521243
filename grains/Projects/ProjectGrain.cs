using System.Runtime.CompilerServices;
using Graincast.Models;
using Graincast.Placement;
using Graincast.Scoring;
using Graincast.Security;
using Graincast.Telemetry;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Graincast.Projects;

/// <inheritdoc cref="IProjectGrain"/>
[StatelessWorker(maxLocalWorkers: 1), Reentrant, GrainType("project")]
public sealed class ProjectGrain(IDeployments deployments, IRights rights, IKeyLocator locator, ISqlTrainer trainer, INodes nodes) : Grain, IProjectGrain
{
    private const int DeploymentAttempts = 5;

    private (Deployment Deployment, ScoringModel Model)? _open;

    /// <inheritdoc/>
    public Task<Prediction> PredictAsync(FeatureRow features, long since, CancellationToken cancellationToken) => GraincastMeter.MeasureAsync(
        "row",
        async () =>
        {
            (Deployment deployment, ScoringModel model) = await OpenAsync(since, cancellationToken);
            float[] inputs = FeatureInputs.Of(model, features);
            double[] scores = await ScoresAsync(deployment, model, inputs);
            return Answer.Of(model, inputs, scores, Answer.Values(model, inputs, scores)[0], deployment, nodes.Own);
        },
        _ => 1);

    /// <inheritdoc/>
    public Task<PredictionBatch> PredictBatchAsync(float[] features, long since, CancellationToken cancellationToken) => GraincastMeter.MeasureAsync(
        "batch",
        async () =>
        {
            (Deployment deployment, ScoringModel model) = await OpenAsync(since, cancellationToken);
            FeatureInputs.CheckRows(model, features);
            double[] scores = await ScoresAsync(deployment, model, features);
            return new PredictionBatch { Values = Answer.Values(model, features, scores), Model = deployment.Model, Deployment = deployment.Seq, Node = nodes.Own };
        },
        answer => answer.Values.Length);

    /// <inheritdoc/>
    public Task<Prediction> PredictByKeyAsync(RowKey key, long since, CancellationToken cancellationToken) =>
        GraincastMeter.MeasureAsync("key", () => AskNodeAsync(key, since, cancellationToken), _ => 1);

    /// <inheritdoc/>
    public async IAsyncEnumerable<TrainingUpdate> TrainAsync(TrainingRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (string database, string project) = DatabaseAndProject();
        await foreach (TrainingUpdate update in trainer.TrainAsync(database, project, Role, request, cancellationToken))
        {
            yield return update;
        }
    }

    private static string Role => RequestContext.Get(CallContext.Role) as string
        ?? throw new GraincastException(SqlState.InvalidAuthorization, "the call names no role", "Send a token: SELECT pgml.client_token().");

    private async Task<Prediction> AskNodeAsync(RowKey key, long since, CancellationToken cancellationToken)
    {
        ProjectState state = await StateAsync(since, state => state.Source?.KeyColumns.Count == key.Parts.Length, cancellationToken);
        (string database, string project) = DatabaseAndProject();
        FeatureSource source = state.Source ?? throw new GraincastException(
            SqlState.ObjectNotInState, $"project \"{project}\" has no feature source", $"Create one: SELECT pgml.create_feature_source('{project}', 'a_table').");
        if (key.Parts.Length != source.KeyColumns.Count)
        {
            throw new GraincastException(
                SqlState.InvalidParameter,
                $"the key has {key.Parts.Length} parts, the feature source {source.KeyColumns.Count} key columns",
                $"Its key columns are: {string.Join(", ", source.KeyColumns)}.");
        }

        string node = await locator.NodeOfAsync(database, source, key, cancellationToken);
        GraincastMeter.PredictionsRouted.Add(1, new KeyValuePair<string, object?>("graincast.node.local", node == nodes.Own));
        Deployment deployment = DeploymentOf(state, project);
        for (int attempt = 0; attempt < DeploymentAttempts; attempt++)
        {
            KeyAnswer answer = await AskAsync(node, database, project, key, deployment, cancellationToken);
            if (answer.Prediction is { } prediction)
            {
                return prediction;
            }

            deployment = answer.Newer!;
        }

        throw new GraincastException(SqlState.SerializationFailure, $"project \"{project}\" was deployed {DeploymentAttempts} times during the call", "Try again.");
    }

    private async Task<KeyAnswer> AskAsync(string node, string database, string project, RowKey key, Deployment deployment, CancellationToken cancellationToken)
    {
        try
        {
            return await Model(node, database, deployment).PredictByKeyAsync(project, key, deployment, cancellationToken);
        }
        catch (Exception exception) when (NodeLost.IsCauseOf(exception))
        {
            throw NodeLost.InPrediction(node, exception);
        }
    }

    private async ValueTask<(Deployment Deployment, ScoringModel Model)> OpenAsync(long since, CancellationToken cancellationToken)
    {
        ProjectState state = await StateAsync(since, _ => true, cancellationToken);
        (string database, string project) = DatabaseAndProject();
        Deployment deployment = DeploymentOf(state, project);
        if (_open is not { } open || open.Deployment.ImageSha256 != deployment.ImageSha256)
        {
            ImageFile file = await Model(nodes.Own, database, deployment).OpenAsync(Role);
            // What is replaced may be in another call's hands: it goes with the last of them.
            _open = open = (deployment, ScoringModel.Open(file.Path, verifyHash: false));
        }

        return (deployment, open.Model);
    }

    private async ValueTask<double[]> ScoresAsync(Deployment deployment, ScoringModel model, float[] inputs) => model.IsExternal && inputs.Length > 0
        ? await Model(nodes.Own, DatabaseAndProject().Database, deployment).ScoreAsync(Role, inputs)
        : [];

    // What a question cannot be answered by may have been changed a moment ago.
    private async ValueTask<ProjectState> StateAsync(long since, Func<ProjectState, bool> isEnough, CancellationToken cancellationToken)
    {
        string role = Role;
        (string database, string project) = DatabaseAndProject();
        ProjectState? state = await deployments.FindAsync(database, project, since, cancellationToken);
        if (state is not null && (state.Deployment is null || !isEnough(state)))
        {
            state = await deployments.FindNowAsync(database, project, cancellationToken);
        }

        if (state is null)
        {
            throw new GraincastException(SqlState.UndefinedObject, $"project \"{project}\" does not exist", "The view pgml.projects lists them; a training makes one.");
        }

        return await rights.MayActAsync(database, role, state.Users, cancellationToken)
            ? state
            : throw new GraincastException(
                SqlState.InsufficientPrivilege, $"permission denied for project \"{project}\"", $"The project belongs to role \"{state.Users[0]}\"; a member of that role may use it, or whom it grants it: SELECT pgml.grant_project('{project}', '{role}', 'predict').");
    }

    private static Deployment DeploymentOf(ProjectState state, string project) => state.Deployment ?? throw new GraincastException(
        SqlState.ObjectNotInState, $"project \"{project}\" has no deployed model", $"Deploy one: SELECT * FROM pgml.deploy('{project}', 'best_score').");

    private IModelGrain Model(string node, string database, Deployment deployment) =>
        GrainFactory.GetGrain<IModelGrain>(new NodeKey(node, $"{database}/{deployment.ImageSha256}").ToString());

    private ProjectKey DatabaseAndProject() => ProjectKey.Parse(this.GetPrimaryKeyString());
}
