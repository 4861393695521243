using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;

namespace Graincast.Health;

/// <summary>
/// Answers <c>/health/startup</c>, <c>/health/live</c> and <c>/health/ready</c> over HTTP: 200 or 503, and a line for each check with its reason; and
/// <c>/metrics</c> to Prometheus. A server of its own, since it must answer before the silo is up and while it drains.
/// </summary>
public sealed class HealthServer : IHostedService, IAsyncDisposable
{
    private readonly WebApplication _web;

    /// <summary>Listens once it is started.</summary>
    public HealthServer(HealthOptions options, HealthCheckService checks, MeterProvider metrics)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(options.Endpoint));
        builder.Services.AddSingleton(checks);
        _web = builder.Build();
        foreach (string probe in HealthServices.Probes)
        {
            _web.UseHealthChecks($"/health/{probe}", new HealthCheckOptions { Predicate = check => check.Tags.Contains(probe), ResponseWriter = WriteAsync });
        }

        _web.UseOpenTelemetryPrometheusScrapingEndpoint(metrics, predicate: null, path: "/metrics", configureBranchedPipeline: null, optionsName: null);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => _web.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _web.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private static Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(string.Concat(report.Entries.Select(entry => $"{entry.Key}: {entry.Value.Status}. {entry.Value.Description}\n")));
    }
}
