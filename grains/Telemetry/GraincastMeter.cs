using System.Diagnostics.Metrics;

namespace Graincast.Telemetry;

/// <summary>What is counted.</summary>
public static class GraincastMeter
{
    /// <summary>The name to listen to.</summary>
    public const string MeterName = "Graincast";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Predictions by key, by the tag <c>local</c>: whether the silo that was asked is the one beside the row.</summary>
    public static Counter<long> PredictionsByKey { get; } = Meter.CreateCounter<long>("graincast.predictions.by_key", "{prediction}");

    /// <summary>Rows read for predictions by key, by the tag <c>crossed</c>: whether they came from another node's Postgres.</summary>
    public static Counter<long> FeatureRows { get; } = Meter.CreateCounter<long>("graincast.feature_rows", "{row}");
}
