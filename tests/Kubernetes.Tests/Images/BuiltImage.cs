namespace Graincast.Images;

/// <summary>An image as a container of it would start.</summary>
/// <param name="Name">With its tag, as a manifest names it.</param>
/// <param name="Root">A folder with its files.</param>
/// <param name="Entrypoint">What is run where a container says nothing.</param>
/// <param name="Environment">NAME=value.</param>
/// <param name="User">User and group id.</param>
/// <param name="Labels">By name.</param>
public sealed record BuiltImage(string Name, string Root, IList<string> Entrypoint, IReadOnlyList<string> Environment, string User, IReadOnlyDictionary<string, string> Labels);
