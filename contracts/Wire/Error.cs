using System.Text;

namespace Graincast.Wire;

/// <summary>The end of a call that failed.</summary>
public sealed record Error(string SqlState, string Message, string Detail, string Hint) : IFrame<Error>
{
    /// <inheritdoc/>
    public static FrameKind Kind => FrameKind.Error;

    /// <summary>The frame that says what <paramref name="exception"/> says.</summary>
    public static Error From(GraincastException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new Error(exception.SqlState, exception.Message, exception.Detail, exception.Hint);
    }

    /// <inheritdoc/>
    public static Error Read(ref WireReader reader) => new(
        Encoding.ASCII.GetString(reader.Bytes(5)), // 5 bytes SQLSTATE
        reader.Str(),                              // str message
        reader.Str(),                              // str detail
        reader.Str());                             // str hint

    /// <inheritdoc/>
    public void Write(WireWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Bytes(Encoding.ASCII.GetBytes(SqlState));
        writer.Str(Message);
        writer.Str(Detail);
        writer.Str(Hint);
    }
}
