using System.Diagnostics;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Graincast.Telemetry;

/// <summary>Traces and metrics, sent where the options say and nowhere else.</summary>
public static class TelemetryServices
{
    /// <summary>Adds the exporters that <paramref name="options"/> name.</summary>
    public static IServiceCollection AddGraincastTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("graincast", serviceInstanceId: $"node-{options.Node}"));
        if (options.OtlpEndpoint is not null || options.ConsoleTraces)
        {
            ActivitySource.AddActivityListener(SpanFilter.Listener);
            telemetry.WithTracing(traces => Configure(traces, options));
        }

        if (options.OtlpEndpoint is not null || options.Scraped)
        {
            telemetry.WithMetrics(metrics => Configure(metrics, options));
        }

        return services;
    }

    private static void Configure(TracerProviderBuilder traces, TelemetryOptions options)
    {
        // Before the exporters: they send what it has left.
        traces.AddSource(GraincastActivity.SourceName, "Microsoft.Orleans.Application").AddNpgsql().AddProcessor<SpanFilter>();
        if (options.OtlpEndpoint is { } endpoint)
        {
            traces.AddOtlpExporter(otlp => otlp.Endpoint = endpoint);
        }

        if (options.ConsoleTraces)
        {
            traces.AddConsoleExporter();
        }
    }

    private static void Configure(MeterProviderBuilder metrics, TelemetryOptions options)
    {
        metrics.AddMeter(GraincastMeter.MeterName, "Microsoft.Orleans").AddRuntimeInstrumentation();
        if (options.OtlpEndpoint is { } endpoint)
        {
            metrics.AddOtlpExporter(otlp => otlp.Endpoint = endpoint);
        }

        if (options.Scraped)
        {
            metrics.AddPrometheusExporter();
        }
    }
}
