namespace Graincast.Training;

/// <summary>How long the steps of a learner are that goes row by row.</summary>
internal interface IStepLength
{
    /// <summary>By how many times minus its slope the next row is added to the weights.</summary>
    /// <param name="loss">The row's.</param>
    /// <param name="features">Its own.</param>
    /// <param name="weight">How often it counts.</param>
    double Next(double loss, ReadOnlySpan<double> features, double weight);

    /// <summary>Epochs no longer help: takes shorter steps from now on.</summary>
    /// <returns>False: it does not, that was all.</returns>
    bool Shorten();
}
