namespace Graincast.Security;

/// <summary>Where tokens are good.</summary>
/// <param name="ClusterId">Orleans' cluster id.</param>
public sealed record TokenOptions(string ClusterId);
