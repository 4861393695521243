using System.Text;

namespace Graincast.Training;

/// <summary>The parts that grow trees together: those that have rows, after parts with too few gave theirs away.</summary>
internal sealed class LightGbmMachines
{
    private readonly TrainingPart _part;
    private readonly int[] _learners;

    /// <param name="part">This part's rows.</param>
    /// <param name="leastRows">Every machine must have as many.</param>
    public LightGbmMachines(TrainingPart part, int leastRows)
    {
        _part = part;
        Own = SmallParts.HandOver(part, leastRows);
        _learners = [.. part.Ranks.AllGather<int>([Own.LocalRows]).Index().Where(rank => rank.Item[0] > 0).Select(rank => rank.Index)];
    }

    /// <summary>What this part learns from.</summary>
    public TrainingPart Own { get; }

    public int Count => _learners.Length;

    /// <summary>The model's text at every part, also at those that do not learn.</summary>
    public string Share(Func<Communicator, string> grow)
    {
        var text = Own.LocalRows == 0 ? "" : grow(_part.Ranks.Among(_learners));
        if (Count == _part.Ranks.Size)
        {
            return text;
        }

        var bytes = _part.Ranks.Broadcast(Encoding.UTF8.GetBytes(text), _learners[0]);
        return Own.LocalRows > 0 ? text : Encoding.UTF8.GetString(bytes);
    }
}
