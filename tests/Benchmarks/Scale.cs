namespace Graincast.Benchmarks;

/// <summary>How much is measured.</summary>
/// <param name="Rows">Of the table that is scanned.</param>
/// <param name="TrainingRows">Of them, that the training benchmark learns from.</param>
/// <param name="SampleRows">Of them, that models are trained on which are only asked; they are the rows with a key, too.</param>
/// <param name="Rounds">Of what takes seconds.</param>
/// <param name="LoadDuration">Of callers that ask without a pause.</param>
internal sealed record Scale(int Rows, int TrainingRows, int SampleRows, int Rounds, TimeSpan LoadDuration)
{
    public static Scale Trial { get; } = new(20_000, 10_000, 5_000, 2, TimeSpan.FromSeconds(0.2));

    public static Scale Short { get; } = new(1_000_000, 200_000, 100_000, 3, TimeSpan.FromSeconds(1));

    public static Scale Full { get; } = new(1_000_000, 1_000_000, 100_000, 5, TimeSpan.FromSeconds(2));
}
