using System.Diagnostics;
using Graincast.Batching;
using Graincast.Placement;
using Graincast.Scoring;
using Graincast.Telemetry;

namespace Graincast.Models;

/// <inheritdoc cref="IModelGrain"/>
[ShardLocal, GrainType("model")]
public sealed class ModelGrain(IImageStore store, ICatalog catalog, INodes nodes, IFeatureRows features, IScorers scorers, TimeProvider time) : Grain, IModelGrain
{
    private const int PartBytes = 8 << 20;
    private const int BatchKeys = 256;
    private const int BatchRounds = 4;

    // A commit that other nodes have seen reaches this one within milliseconds.
    private static readonly TimeSpan CommitTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CommitPeriod = TimeSpan.FromMilliseconds(20);
    // A model that is dropped must not be given to whoever remembers its hash.
    private static readonly TimeSpan NamedAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BatchWait = TimeSpan.FromMilliseconds(1);

    private readonly Dictionary<string, Batcher<Question, Scored>> _batchers = [];
    private long? _namedAt;
    private Task<ImageFile>? _fetch;
    private Task<ScoringModel>? _scoring;

    /// <inheritdoc/>
    public async Task<ImageFile> OpenAsync(string role)
    {
        (string database, string sha256) = DatabaseAndHash();
        bool wasNamed = _namedAt is { } at && time.GetElapsedTime(at) < NamedAge;
        if (!wasNamed && !store.IsClaimedBy(database, sha256, role))
        {
            if (!await catalog.NamesAsync(database, sha256, CancellationToken.None))
            {
                return await BorrowAsync(role, database, sha256);
            }

            _namedAt = time.GetTimestamp();
        }

        return await StoredAsync(database, sha256);
    }

    /// <inheritdoc/>
    public async Task<ImagePart?> ReadAsync(string role, long offset)
    {
        (string database, string sha256) = DatabaseAndHash();
        if (!store.IsClaimedBy(database, sha256, role) || store.Find(sha256) is not { } file)
        {
            return null;
        }

        using var image = File.OpenHandle(file.Path);
        byte[] bytes = new byte[Math.Clamp(file.SizeBytes - offset, 0, PartBytes)];
        int read = await RandomAccess.ReadAsync(image, bytes, offset);
        return new ImagePart(bytes[..read]);
    }

    /// <inheritdoc/>
    public async Task<double[]> ScoreAsync(string role, float[] inputs) => await scorers.ScoreAsync(await OpenAsync(role), inputs);

    /// <inheritdoc/>
    public async Task<KeyAnswer> PredictByKeyAsync(string project, RowKey key, Deployment deployment, CancellationToken cancellationToken)
    {
        (string database, string sha256) = DatabaseAndHash();
        if (_scoring is null or { IsFaulted: true } or { IsCanceled: true })
        {
            _scoring = OpenCommittedAsync(database, sha256);
        }

        ScoringModel model = await _scoring.WaitAsync(cancellationToken);
        if (!_batchers.TryGetValue(project, out var batcher))
        {
            batcher = _batchers[project] = new(questions => ReadAndScoreAsync(database, project, model, questions), IsOfOneKey, BatchKeys, BatchRounds, BatchWait, time);
        }

        (KeyedRow row, double[] scores, float value, Deployment now) = await batcher.AskAsync(
            new Question(key, Stopwatch.GetTimestamp(), Activity.Current?.Context ?? default), cancellationToken);
        if (now.Seq > deployment.Seq && now.ImageSha256 != sha256)
        {
            return new KeyAnswer(null, now);
        }

        string node = NodeKey.Parse(this.GetPrimaryKeyString()).Node;
        return row.Error is { } error ? throw error : new KeyAnswer(Answer.Of(model, row.Inputs, scores, value, now.Seq > deployment.Seq ? now : deployment, node), null);
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_scoring is { IsCompletedSuccessfully: true })
        {
            (await _scoring).Dispose();
        }
    }

    private async Task<IReadOnlyList<Scored>> ReadAndScoreAsync(string database, string project, ScoringModel model, IReadOnlyList<Question> questions)
    {
        using var activity = GraincastActivity.Source.StartActivity(
            GraincastActivity.Score, ActivityKind.Internal, questions[0].Caller, links: questions.Skip(1).Select(question => new ActivityLink(question.Caller)));
        activity?.SetTag(GraincastActivity.Rows, questions.Count);
        foreach (Question question in questions)
        {
            GraincastMeter.PredictionQueueDuration.Record(GraincastMeter.SecondsSince(question.AskedAt));
        }

        long start = Stopwatch.GetTimestamp();
        FeatureRead read = await activity.TraceAsync(() => features.ReadAsync(database, project, model, [.. questions.Select(question => question.Key)], CancellationToken.None));
        GraincastMeter.PredictionReadDuration.Record(GraincastMeter.SecondsSince(start));
        float[][] whole = [.. read.Rows.Select(row => row.Inputs).OfType<float[]>()];
        var inputs = new float[whole.Length * model.Inputs];
        for (int i = 0; i < whole.Length; i++)
        {
            whole[i].CopyTo(inputs, i * model.Inputs);
        }

        double[] scores = model.IsExternal && whole.Length > 0 ? await scorers.ScoreAsync(await StoredAsync(database, model.Sha256), inputs) : [];
        float[] values = Answer.Values(model, inputs, scores);
        int next = 0;
        return [.. read.Rows.Select(row => row.Inputs is null
            ? new Scored(row, [], float.NaN, read.Deployment)
            : new Scored(row, model.IsExternal ? scores.AsSpan(next * model.Outputs, model.Outputs).ToArray() : [], values[next++], read.Deployment))];
    }

    // A value that is no key, no row, several rows: what is wrong with the Postgres or the project is wrong for all.
    private static bool IsOfOneKey(Exception exception) => exception is GraincastException error && error.SqlState[..2] is ("21" or "22" or "P0");

    private async Task<ScoringModel> OpenCommittedAsync(string database, string sha256)
    {
        long start = time.GetTimestamp();
        while (!await catalog.NamesAsync(database, sha256, CancellationToken.None))
        {
            if (time.GetElapsedTime(start) > CommitTimeout)
            {
                throw Unknown(database, sha256);
            }

            await Task.Delay(CommitPeriod, time);
        }

        ImageFile file = await StoredAsync(database, sha256);
        return ScoringModel.Open(file.Path, verifyHash: false);
    }

    // Trained in a transaction that is still open, at another node: the first one that has it for this role.
    private async Task<ImageFile> BorrowAsync(string role, string database, string sha256)
    {
        var silent = new List<string>();
        var asked = nodes.Others.ToDictionary(node => Peer(node).ReadAsync(role, 0));
        await foreach (Task<ImagePart?> answer in Task.WhenEach(asked.Keys))
        {
            try
            {
                if (await answer is { } first)
                {
                    ImageFile file = store.Add(sha256, await ReadAllAsync(Peer(asked[answer]), role, first));
                    store.Claim(database, sha256, role);
                    return file;
                }
            }
            catch (Exception exception) when (NodeLost.IsCauseOf(exception))
            {
                silent.Add($"node {asked[answer]}: {exception.Message}");
            }
        }

        throw Unknown(database, sha256, silent.Count > 0 ? $"Silos that did not answer: {string.Join("; ", silent)}" : "");

        IModelGrain Peer(string node) => GrainFactory.GetGrain<IModelGrain>(new NodeKey(node, $"{database}/{sha256}").ToString());
    }

    private static async Task<MemoryStream> ReadAllAsync(IModelGrain peer, string role, ImagePart first)
    {
        var image = new MemoryStream();
        for (ImagePart? part = first; part is { Bytes.Length: > 0 }; part = await peer.ReadAsync(role, image.Length))
        {
            image.Write(part.Bytes);
        }

        image.Position = 0;
        return image;
    }

    // However many ask at once, by hash or by key: the catalog is read once, the file written once.
    private async Task<ImageFile> StoredAsync(string database, string sha256) =>
        store.Find(sha256) ?? await (_fetch is { IsCompleted: false } fetch ? fetch : _fetch = FetchAsync(database, sha256));

    private async Task<ImageFile> FetchAsync(string database, string sha256)
    {
        using var activity = GraincastActivity.Source.StartActivity(GraincastActivity.Fetch);
        return await activity.TraceAsync(async () =>
        {
            using var image = new MemoryStream();
            if (!await catalog.CopyImageAsync(database, sha256, image, CancellationToken.None))
            {
                throw Unknown(database, sha256);
            }

            image.Position = 0;
            return store.Add(sha256, image);
        });
    }

    private (string Database, string Sha256) DatabaseAndHash()
    {
        string rest = NodeKey.Parse(this.GetPrimaryKeyString()).Rest;
        int slash = rest.LastIndexOf('/');
        return (rest[..slash], rest[(slash + 1)..]);
    }

    private static GraincastException Unknown(string database, string sha256, string detail = "") => new(
        SqlState.UndefinedObject,
        $"no model of database \"{database}\" has the image {sha256}",
        "Train the model again, or look at pgml.models for the images there are.",
        detail);

    /// <summary>A key, when it was asked for, and by which span.</summary>
    private readonly record struct Question(RowKey Key, long AskedAt, ActivityContext Caller);

    /// <summary>A row that was read, and what the model says of it: its raw scores only if others score it.</summary>
    private readonly record struct Scored(KeyedRow Row, double[] Scores, float Value, Deployment Deployment);
}
