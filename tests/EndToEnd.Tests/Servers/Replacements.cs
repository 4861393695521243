namespace Graincast.Servers;

/// <summary>Silos that were taken for dead.</summary>
public static class Replacements
{
    /// <summary>How often another one took the place of a silo, by its log.</summary>
    public static int In(string siloLog) => File.ReadAllText(siloLog).Split("This silo ends, another one takes its place: ").Length - 1;
}
