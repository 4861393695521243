using System.Globalization;

namespace Graincast.Models;

/// <summary>
/// The key of a row in a project's feature source: the texts of its key columns, as Postgres writes their types. Made from a number, a text or a
/// <see cref="Guid"/> where one is expected; <see cref="Of"/> makes one of several columns.
/// </summary>
[GenerateSerializer, Immutable, Alias("graincast.row-key")]
public sealed record RowKey
{
    private RowKey(string[] parts) => Parts = parts;

    /// <summary>One text a key column, in the order of the source's key columns.</summary>
    [Id(0)] public string[] Parts { get; private init; }

    /// <summary>A key of as many columns as there are parts. Throws <see cref="ArgumentException"/> when there is none, or one is null.</summary>
    public static RowKey Of(params string[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return parts.Length > 0 && !parts.Contains(null) ? new RowKey(parts) : throw new ArgumentException("A key has at least one part, and none of them is null.", nameof(parts));
    }

    /// <summary>A key of one column.</summary>
    public static implicit operator RowKey(long key) => Of(key.ToString(CultureInfo.InvariantCulture));

    /// <inheritdoc cref="op_Implicit(long)"/>
    public static implicit operator RowKey(string key) => Of(key);

    /// <inheritdoc cref="op_Implicit(long)"/>
    public static implicit operator RowKey(Guid key) => Of(key.ToString());

    /// <summary>As in an error's message: the parts, with commas.</summary>
    public override string ToString() => string.Join(", ", Parts);

    /// <inheritdoc/>
    public bool Equals(RowKey? other) => other is not null && Parts.AsSpan().SequenceEqual(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (string part in Parts)
        {
            hash.Add(part, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
