namespace Graincast.Manifests;

/// <summary>What must hold of every overlay: <see cref="Check"/> names each thing that breaks it. <see cref="Mutate"/> breaks it, which proves that it is looked at.</summary>
public sealed record Rule(string Name, Func<Cluster, IEnumerable<string>> Check, Action<Cluster> Mutate);
