using System.Net;

namespace Graincast.Client;

/// <summary>Where the silos are, whom calls act for and how long they may take.</summary>
public sealed class GraincastClientOptions
{
    /// <summary>Npgsql connection string of the database that the silos find each other in, on Citus the coordinator's. Set by <see cref="UseAdoNetClustering"/>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Gateways to use instead of those that the database names. Set by <see cref="UseGateways"/>.</summary>
    public IReadOnlyList<IPEndPoint> Gateways { get; set; } = [];

    /// <summary>Orleans' cluster id, as the silos have it.</summary>
    public string ClusterId { get; set; } = "graincast";

    /// <summary>Orleans' service id, as the silos have it.</summary>
    public string ServiceId { get; set; } = "graincast";

    /// <summary>The database whose projects are called; null = that of <see cref="ConnectionString"/>.</summary>
    public string? Database { get; set; }

    /// <summary>A folder with this client's certificate and the CAs it trusts; null = no TLS, for silos on this machine.</summary>
    public string? TlsDirectory { get; set; }

    /// <summary>How long the start waits for a first silo; <see cref="Timeout.InfiniteTimeSpan"/> = as long as it takes.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call may take, with all its attempts.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one attempt of a prediction may take: a silo that froze is given up then.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a prediction that was lost on its way is tried again within <see cref="ResponseTimeout"/>; 0 = never. Trainings never are.</summary>
    public int MaxRetryAttempts { get; set; } = 30;

    /// <summary>The wait before the first repetition; it doubles from one to the next, up to two seconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a token is valid. One is renewed after two thirds of this.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Gives a token that is valid for <see cref="TokenLifetime"/>, as <c>pgml.client_token()</c> does; null = asks for one over <see cref="ConnectionString"/>,
    /// so that calls act for the role that it names.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? TokenProvider { get; set; }

    /// <summary>Finds the silos through the database that they find each other in; its role needs no more rights than PUBLIC has.</summary>
    public GraincastClientOptions UseAdoNetClustering(string connectionString)
    {
        ConnectionString = connectionString;
        return this;
    }

    /// <summary>Uses these gateways and no database; <see cref="Database"/> and <see cref="TokenProvider"/> must be set then, unless there is a connection string too.</summary>
    public GraincastClientOptions UseGateways(params IPEndPoint[] gateways)
    {
        Gateways = gateways;
        return this;
    }
}
