using Graincast.Telemetry;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Graincast.Hosting;

/// <summary>Traces and metrics, sent where the options say and nowhere else.</summary>
public static class TelemetryServices
{
    /// <summary>Adds the exporters that <paramref name="options"/> name.</summary>
    public static IServiceCollection AddGraincastTelemetry(this IServiceCollection services, GraincastOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool hasEndpoint = options.OtlpEndpoint.Length > 0;
        if (!hasEndpoint && !options.ConsoleTraces)
        {
            return services;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("graincast", serviceInstanceId: $"node-{options.Node}"))
            .WithTracing(traces =>
            {
                traces.AddSource(GraincastActivity.SourceName, "Microsoft.Orleans.Application").AddNpgsql();
                if (hasEndpoint)
                {
                    traces.AddOtlpExporter(otlp => otlp.Endpoint = new Uri(options.OtlpEndpoint));
                }

                if (options.ConsoleTraces)
                {
                    traces.AddConsoleExporter();
                }
            })
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(GraincastMeter.MeterName, "Microsoft.Orleans").AddRuntimeInstrumentation();
                if (hasEndpoint)
                {
                    metrics.AddOtlpExporter(otlp => otlp.Endpoint = new Uri(options.OtlpEndpoint));
                }
            });
        return services;
    }
}
