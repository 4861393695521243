namespace Graincast.Scoring;

public sealed partial class ScoringModel
{
    /// <summary>Whether the image says what contributions are counted from.</summary>
    public bool CanExplain { get; }

    /// <summary>
    /// How far each input moves a row's raw scores, as <c>pgml.explain</c> gives it: base + Σ contributions = score, up to rounding.
    /// </summary>
    /// <param name="inputs">The row.</param>
    /// <param name="contributions"><see cref="Outputs"/> × <see cref="Inputs"/>, row-major.</param>
    /// <param name="bases">One an output: the score without knowing any input.</param>
    /// <exception cref="InvalidOperationException">Not <see cref="CanExplain"/>.</exception>
    public unsafe void Explain(ReadOnlySpan<float> inputs, Span<double> contributions, Span<double> bases)
    {
        if (!CanExplain)
        {
            throw new InvalidOperationException("The image does not say what contributions are counted from.");
        }

        ThrowIfLength(inputs.Length, Inputs, "inputs");
        ThrowIfLength(contributions.Length, checked(Outputs * Inputs), "contributions");
        ThrowIfLength(bases.Length, Outputs, "bases");
        using var use = new Use(_image);
        using var work = new Work(checked((int)Kernel.ExplainWorkBytes(use.Model)), []);
        fixed (float* row = inputs)
        fixed (double* sums = contributions)
        fixed (double* starts = bases)
        fixed (byte* memory = work.Bytes)
        {
            Kernel.ExplainRow(use.Model, row, memory);
            for (var output = 0; output < Outputs; output++)
            {
                var own = sums + ((long)output * Inputs);
                Kernel.ExplainOutput(use.Model, (uint)output, own, starts + output, memory);
                while (Kernel.ExplainLeaf(use.Model, own, starts + output, memory) != 0)
                {
                }
            }
        }
    }
}
