namespace Graincast.Telemetry;

/// <summary>Whose telemetry it is and where it goes: by OTLP to an address (null = nowhere), traces to standard output, metrics to whoever asks for <c>/metrics</c>.</summary>
public sealed record TelemetryOptions(string Node, Uri? OtlpEndpoint, bool ConsoleTraces, bool Scraped);
