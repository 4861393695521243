namespace Graincast.Messages;

/// <summary>The frozen bytes of a message between clients and silos: tests/golden/messages, one file a message, hexadecimal.</summary>
public static class GoldenMessage
{
    public const string OnFailure =
        "The bytes of a message changed. Clients and silos of different releases meet: give a new field a new [Id], keep old ids and aliases as they are, and freeze the new form as another file.";

    public static byte[] Read(string name) => Convert.FromHexString(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "messages", name + ".hex")).ReplaceLineEndings(""));

    public static IEnumerable<string> Names => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "golden", "messages"), "*.hex")
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Order(StringComparer.Ordinal);
}
