namespace Graincast.Scoring;

/// <summary>These bytes are no image that can be scored. The message is a sentence that says why.</summary>
public sealed class InvalidImageException(string message) : Exception(message);
