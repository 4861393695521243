using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Graincast.Telemetry;

/// <summary>What is counted and timed. Attributes have few values each: no project, no role, no row.</summary>
public static class GraincastMeter
{
    /// <summary>The name to listen to.</summary>
    public const string MeterName = "Graincast";

    /// <summary>Of predictions: key, row or batch.</summary>
    public const string Kind = "graincast.prediction.kind";

    private static readonly Meter Meter = new(MeterName);

    // From a row in the kernel to a call that times out, and from a small training to one at its time budget.
    private static readonly InstrumentAdvice<double> CallBuckets = Buckets(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);
    private static readonly InstrumentAdvice<double> KernelBuckets = Buckets(0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1, 1);
    private static readonly InstrumentAdvice<double> TrainingBuckets = Buckets(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600);

    /// <summary>Requests for predictions, by <see cref="Kind"/> and error.type.</summary>
    public static Histogram<double> PredictionDuration { get; } = Seconds("graincast.prediction.duration", "Time of a request for predictions by key or from a client.", CallBuckets);

    /// <summary>Rows that were scored, by <see cref="Kind"/>.</summary>
    public static Counter<long> PredictionRows { get; } = Meter.CreateCounter<long>("graincast.prediction.rows", "{row}", "Rows that such requests were answered for.");

    /// <summary>From a question to its batch.</summary>
    public static Histogram<double> PredictionQueueDuration { get; } = Seconds("graincast.prediction.queue.duration", "Time that a prediction by key waits before its batch begins.", CallBuckets);

    /// <summary>Batches of rows by key.</summary>
    public static Histogram<double> PredictionReadDuration { get; } = Seconds("graincast.prediction.read.duration", "Time that Postgres takes for the rows of a batch of predictions by key.", CallBuckets);

    /// <summary>Calls of the kernel.</summary>
    public static Histogram<double> PredictionComputeDuration { get; } = Seconds("graincast.prediction.compute.duration", "Time in the scoring kernel, a batch.", KernelBuckets);

    /// <summary>Predictions by key, by graincast.node.local: whether the silo that was asked is the one beside the row.</summary>
    public static Counter<long> PredictionsRouted { get; } = Meter.CreateCounter<long>("graincast.prediction.routed", "{prediction}", "Predictions by key that were sent to the node of their row.");

    /// <summary>Rows read for predictions by key, by graincast.row.crossed: whether they came from another node's Postgres.</summary>
    public static Counter<long> FeatureRows { get; } = Meter.CreateCounter<long>("graincast.feature.rows", "{row}", "Rows of feature sources that were read.");

    /// <summary>Images that are open for scoring in this process.</summary>
    public static UpDownCounter<long> ModelsLoaded { get; } = Meter.CreateUpDownCounter<long>("graincast.model.loaded", "{model}", "Models that the silo has open.");

    /// <summary>Their bytes.</summary>
    public static UpDownCounter<long> ModelsSize { get; } = Meter.CreateUpDownCounter<long>("graincast.model.size", "By", "Bytes of the images of these models.");

    /// <summary>Rows on their way to trainers; those that are gathered at one node count there once more.</summary>
    public static Counter<long> FeedRows { get; } = Meter.CreateCounter<long>("graincast.feed.rows", "{row}", "Rows that trainers took.");

    /// <summary>Trainings that were begun here and are over, by graincast.training.outcome: successful, failed or cancelled.</summary>
    public static Histogram<double> TrainingDuration { get; } = Seconds("graincast.training.duration", "Time of a training, the reading of its rows included.", TrainingBuckets);

    /// <summary>Phases of workers, by graincast.training.phase.</summary>
    public static Histogram<double> TrainingPhaseDuration { get; } = Seconds("graincast.training.phase.duration", "Time of a phase of a training at a node.", TrainingBuckets);

    /// <summary>Trainings that were begun here and go on.</summary>
    public static UpDownCounter<long> ActiveTrainings { get; } = Meter.CreateUpDownCounter<long>("graincast.training.active", "{training}", "Trainings under way that backends of this node began.");

    /// <summary>What nodes sent each other for trainings that were begun here.</summary>
    public static Counter<long> ExchangedBytes { get; } = Meter.CreateCounter<long>("graincast.training.exchange.io", "By", "Bytes that nodes sent each other in trainings that were successful.");

    /// <summary>Resident sizes of the workers that run.</summary>
    public static UpDownCounter<long> WorkerMemory { get; } = Meter.CreateUpDownCounter<long>("graincast.worker.memory.usage", "By", "Resident memory of the processes that train and that score ONNX models.");

    /// <summary>Backends that are connected.</summary>
    public static UpDownCounter<long> GatewayConnections { get; } = Meter.CreateUpDownCounter<long>("graincast.gateway.connections", "{connection}", "Backends that are connected.");

    /// <summary>Calls of backends that are answered on their connection's thread, by graincast.call (a name of PROTOCOL.md) and error.type.</summary>
    public static Histogram<double> CallDuration { get; } = Seconds("graincast.gateway.call.duration", "Time of a call of a backend, the fit of a training excepted.", CallBuckets);

    /// <summary>Has the images of a store counted each time that somebody looks, and told what a worker's memory is limited to.</summary>
    public static void Observe(Func<(long Images, long SizeBytes)> measure, long workerMemoryBytes)
    {
        Meter.CreateObservableUpDownCounter("graincast.worker.memory.limit", () => workerMemoryBytes, "By", "Resident memory that one training process may have.");
        Meter.CreateObservableUpDownCounter("graincast.store.images", () => measure().Images, "{image}", "Images in the node's store.");
        Meter.CreateObservableUpDownCounter("graincast.store.size", () => measure().SizeBytes, "By", "Bytes of the images in the node's store.");
    }

    /// <summary>Seconds since <paramref name="start"/>, a timestamp of <see cref="Stopwatch"/>.</summary>
    public static double SecondsSince(long start) => Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>Times a request for predictions; <paramref name="rows"/> says how many an answer holds.</summary>
    public static async Task<T> MeasureAsync<T>(string kind, Func<Task<T>> predict, Func<T, int> rows)
    {
        long start = Stopwatch.GetTimestamp();
        var tags = new TagList { { Kind, kind } };
        try
        {
            T answer = await predict();
            PredictionRows.Add(rows(answer), tags);
            return answer;
        }
        catch (Exception exception)
        {
            tags.Add(GraincastActivity.ErrorType, GraincastActivity.ErrorTypeOf(exception));
            throw;
        }
        finally
        {
            PredictionDuration.Record(SecondsSince(start), tags);
        }
    }

    private static Histogram<double> Seconds(string name, string description, InstrumentAdvice<double> buckets) => Meter.CreateHistogram(name, "s", description, tags: null, advice: buckets);

    private static InstrumentAdvice<double> Buckets(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };
}
