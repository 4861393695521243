using System.Net;

namespace Graincast.Health;

/// <summary>Where health is asked, and the connection string of the database with Orleans' tables.</summary>
public sealed record HealthOptions(IPEndPoint Endpoint, string ClusterConnection);
