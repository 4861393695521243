namespace Graincast.Commands;

/// <summary>What <c>graincast</c> tells a script. Scripts rely on these numbers: never change one.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    public const int Failure = 1;

    public const int Usage = 2;

    /// <summary>Of <c>status</c>, as <c>systemctl</c> and <c>pg_ctl</c> have it.</summary>
    public const int NotRunning = 3;
}
