using System.Runtime.CompilerServices;
using Shouldly;

namespace Graincast.Servers;

/// <summary>How long something may take. The limits are those of a machine with nothing else to do, as `make soak` wants it; on a busy one, where
/// `make test` runs as well, ten times as long still tells what is slow from what hangs.</summary>
public static class Promptness
{
    private static readonly int Slack = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("GRAINCAST_SOAK")) ? 10 : 1;

    public static void ShouldBeWithin(this TimeSpan elapsed, TimeSpan limit, string? because = null, [CallerArgumentExpression(nameof(elapsed))] string what = "") =>
        elapsed.ShouldBeLessThan(limit * Slack, because ?? what);
}
