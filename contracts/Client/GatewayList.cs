using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Messaging;
using Orleans.Runtime.Membership;

namespace Graincast.Client;

/// <summary>The gateways that the options name, else those that the database of the silos does.</summary>
internal sealed class GatewayList(IServiceProvider services, IOptions<GraincastClientOptions> options) : IGatewayListProvider
{
    // Chosen here and not where Orleans is set up: options are known only when they are first asked for.
    private readonly IGatewayListProvider _inner = options.Value.Gateways.Count > 0
        ? ActivatorUtilities.CreateInstance<StaticGatewayListProvider>(services)
        : ActivatorUtilities.CreateInstance<AdoNetGatewayListProvider>(services);

    public TimeSpan MaxStaleness => _inner.MaxStaleness;

    // Orleans asks for it no more.
    bool IGatewayListProvider.IsUpdatable => true;

    /// <summary>The table in which Orleans looks for its queries is named without a schema.</summary>
    public static string WithSearchPath(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.SearchPath = string.IsNullOrEmpty(builder.SearchPath) ? "graincast" : $"graincast, {builder.SearchPath}";
        builder.ApplicationName ??= "graincast client";
        return builder.ConnectionString;
    }

    public async Task InitializeGatewayListProvider()
    {
        try
        {
            await _inner.InitializeGatewayListProvider();
        }
        catch (Exception exception) when (DatabaseErrors.Find(exception) is { } cause)
        {
            throw DatabaseErrors.Translate(cause, options.Value.ConnectionString);
        }
    }

    public async Task<IList<Uri>> GetGateways()
    {
        try
        {
            return await _inner.GetGateways();
        }
        catch (Exception exception) when (DatabaseErrors.Find(exception) is { } cause)
        {
            throw DatabaseErrors.Translate(cause, options.Value.ConnectionString);
        }
    }
}
