using Microsoft.Extensions.Options;
using Npgsql;

namespace Graincast.Client;

/// <summary>Refuses options that cannot be used, by name, with what to give.</summary>
internal sealed class GraincastClientOptionsValidator : IValidateOptions<GraincastClientOptions>
{
    public ValidateOptionsResult Validate(string? name, GraincastClientOptions options)
    {
        List<string> failures = [];
        bool hasConnection = !string.IsNullOrEmpty(options.ConnectionString);
        bool hasGatewaysOnly = !hasConnection && options.Gateways.Count > 0;
        Require(
            hasConnection || options.Gateways.Count > 0,
            nameof(options.ConnectionString),
            "the database in which the silos find each other: options.UseAdoNetClustering(\"Host=…;Database=…;Username=…\")");
        Require(
            !hasConnection || IsConnectionString(options.ConnectionString),
            nameof(options.ConnectionString),
            "an Npgsql connection string that names host and database, such as \"Host=db;Database=app;Username=alice\"");
        Require(!hasGatewaysOnly || !string.IsNullOrEmpty(options.Database), nameof(options.Database), "the name of the database whose projects are called");
        Require(!hasGatewaysOnly || options.TokenProvider is not null, nameof(options.TokenProvider), "a function that gives what SELECT pgml.client_token() returns");
        Require(!string.IsNullOrEmpty(options.ClusterId), nameof(options.ClusterId), "the silos' cluster id (GRAINCAST__CLUSTERID there)");
        Require(!string.IsNullOrEmpty(options.ServiceId), nameof(options.ServiceId), "the silos' service id (GRAINCAST__SERVICEID there)");
        Require(options.ConnectTimeout > TimeSpan.Zero || options.ConnectTimeout == Timeout.InfiniteTimeSpan, nameof(options.ConnectTimeout), "a positive time, or Timeout.InfiniteTimeSpan");
        Require(options.ResponseTimeout > TimeSpan.Zero, nameof(options.ResponseTimeout), "a positive time");
        Require(options.AttemptTimeout > TimeSpan.Zero, nameof(options.AttemptTimeout), "a positive time, shorter than ResponseTimeout to leave time for another attempt");
        Require(options.MaxRetryAttempts >= 0, nameof(options.MaxRetryAttempts), "0 (never) or more");
        Require(options.RetryDelay >= TimeSpan.Zero, nameof(options.RetryDelay), "no time or a positive one");
        Require(
            options.TokenLifetime >= TimeSpan.FromSeconds(1) && options.TokenLifetime <= TimeSpan.FromDays(1),
            nameof(options.TokenLifetime),
            "a time between a second and a day");
        Require(options.TlsDirectory is null || Directory.Exists(options.TlsDirectory), nameof(options.TlsDirectory), "a folder that exists, or null for no TLS");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(bool condition, string setting, string wanted)
        {
            if (!condition)
            {
                failures.Add($"{nameof(GraincastClientOptions)}.{setting} cannot be used. Set it to {wanted}.");
            }
        }
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text) is { Database: { Length: > 0 }, Host: { Length: > 0 } };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
