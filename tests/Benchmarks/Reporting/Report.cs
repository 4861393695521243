using System.Globalization;

namespace Graincast.Benchmarks.Reporting;

/// <summary>What a run finds, on the screen and, benchmark by benchmark, in RESULTS.md.</summary>
/// <param name="machine">What it runs on.</param>
/// <param name="command">How it was started.</param>
/// <param name="isKept">Whether RESULTS.md is written.</param>
internal sealed class Report(string machine, string command, bool isKept)
{
    private readonly string _run = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    private readonly List<string> _notes = [];
    private string _title = "";

    public bool IsKept => isKept;

    public void Begin(string name, string subject)
    {
        _title = $"## {name}: {subject}";
        _notes.Clear();
        Console.WriteLine($"\n{_title}\n\n{Line.Head}");
    }

    /// <summary>Something that a reader of this benchmark must know; stands below its table.</summary>
    public void Note(string text) => _notes.Add(text);

    public void End(IEnumerable<Question> questions)
    {
        var lines = questions.Select(question => question.Line(_run)).ToList();
        Console.WriteLine(string.Join('\n', [.. lines.Select(line => line.ToString()), .. _notes.Select(note => $"\n{note}")]));
        if (isKept)
        {
            var page = Page.Read();
            page.Merge(_title, lines, _notes, $"| {_run} | `{command}` | {machine} |");
            page.Write();
        }
    }
}
