using Npgsql;
using Shouldly;
using Xunit;

namespace Graincast.Telemetry;

public sealed class ExceptionOutlineTests
{
    [Fact]
    public void An_outline_has_types_SQLSTATEs_and_places_of_all_causes_and_none_of_their_words()
    {
        var cause = new PostgresException("invalid input syntax: \"canary\"", "ERROR", "ERROR", "22P02");

        string outline = ExceptionOutline.Of(Caught(new GraincastException(SqlState.ConnectionLost, "canary", "canary", "canary", cause)));

        outline.ShouldContain("Graincast.GraincastException 08006");
        outline.ShouldContain("Npgsql.PostgresException 22P02");
        outline.ShouldContain(nameof(Caught));
        outline.ShouldNotContain("canary");
    }

    private static Exception Caught(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (GraincastException caught)
        {
            return caught;
        }
    }
}
