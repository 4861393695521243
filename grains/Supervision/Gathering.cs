using System.Globalization;
using Graincast.Training;

namespace Graincast.Supervision;

/// <summary>Where the rows go when an algorithm has no distributed form: to the node that has most of them.</summary>
internal static class Gathering
{
    /// <summary>The node whose rows would be the longest way; of equal ones the first.</summary>
    public static string Target(IReadOnlyList<string> nodes, IReadOnlyList<FedRows> fed) => nodes[fed.Index().MaxBy(part => part.Item.SizeBytes).Index];

    /// <summary>Bytes of the rows that travel.</summary>
    public static long Bytes(IReadOnlyList<string> nodes, IReadOnlyList<FedRows> fed) =>
        nodes.Zip(fed).Where(part => part.First != Target(nodes, fed)).Sum(part => part.Second.SizeBytes);

    /// <summary>What the caller hears before rows travel.</summary>
    public static string Notice(string algorithm, IReadOnlyList<string> nodes, IReadOnlyList<FedRows> fed)
    {
        string target = Target(nodes, fed);
        var moved = nodes.Zip(fed).Where(part => part.First != target).ToList();
        return string.Create(CultureInfo.InvariantCulture,
            $"{algorithm} has no distributed form: {moved.Sum(part => part.Second.Rows)} rows ({Bytes(nodes, fed)} bytes) of node {string.Join(", ", moved.Select(part => part.First))} are gathered at node {target}");
    }
}
