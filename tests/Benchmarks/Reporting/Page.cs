using System.Text;
using Graincast.Servers;

namespace Graincast.Benchmarks.Reporting;

/// <summary>RESULTS.md: a table a benchmark, whose lines stay until they are measured again, and the runs that they are of.</summary>
internal sealed class Page
{
    private const string Head = """
        # What the benchmarks measured

        Written by `make bench` and `make bench-full`; each line says in which of the [runs](#runs) it was measured. Everything runs on one machine, clients included. Medians of
        interleaved rounds ± half the spread, wall clock at the client unless it says otherwise. Read the ratio.
        """;

    private const string RunsTitle = "## Runs";
    private const string RunsHead = "| run | by | on |\n|---|---|---|";
    private const string ReadmeHead = "| question | Graincast | against | ratio | target |";
    private static readonly string Path = System.IO.Path.Combine(Cli.Repository, "tests", "Benchmarks", "RESULTS.md");
    private readonly List<Section> _sections = [];
    private readonly List<string> _runs = [];

    private Page()
    {
    }

    public static Page Read()
    {
        var page = new Page();
        var isRuns = false;
        foreach (var line in File.Exists(Path) ? File.ReadLines(Path) : [])
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                isRuns = line == RunsTitle;
                if (!isRuns)
                {
                    page._sections.Add(new Section(line));
                }
            }
            else if (isRuns && line.StartsWith("| 2", StringComparison.Ordinal))
            {
                page._runs.Add(line);
            }
            else if (!isRuns && page._sections.Count > 0 && line.Length > 0)
            {
                page._sections[^1].Add(line);
            }
        }
        return page;
    }

    /// <summary>Lines that ask what is asked here are replaced, and so are the notes.</summary>
    /// <param name="title">The benchmark's.</param>
    /// <param name="lines">Measured now.</param>
    /// <param name="notes">What their reader must know.</param>
    /// <param name="run">A line of the table of runs.</param>
    public void Merge(string title, IReadOnlyList<Line> lines, IEnumerable<string> notes, string run)
    {
        var section = _sections.Find(known => known.Title == title);
        if (section is null)
        {
            section = new Section(title);
            _sections.Add(section);
        }
        section.Merge(lines, notes);
        _runs.Remove(run);
        _runs.Add(run);
    }

    /// <summary>RESULTS.md, and the table of README's Numbers.</summary>
    public void Write()
    {
        File.WriteAllText(Path, ToString());
        WriteReadme();
    }

    public override string ToString()
    {
        var page = new StringBuilder($"{Head}\n").AppendJoin("", _sections);
        var lines = _sections.SelectMany(section => section.Lines).ToList();
        var used = _runs.Where(run => lines.Exists(line => run.StartsWith($"| {line.Run} |", StringComparison.Ordinal)));
        return page.Append($"\n{RunsTitle}\n\n{RunsHead}\n{string.Join('\n', used)}\n").ToString();
    }

    // README's table has the questions that have a target.
    private void WriteReadme()
    {
        var path = System.IO.Path.Combine(Cli.Repository, "README.md");
        var readme = File.ReadAllLines(path);
        var start = Array.IndexOf(readme, ReadmeHead);
        if (start < 0)
        {
            throw new InvalidOperationException($"{path} has no table that begins with {ReadmeHead}");
        }
        var lines = from section in _sections
                    from line in section.Lines
                    where line.Target != "–"
                    select $"| {line.Question} | {line.Subject} | {line.Baseline} | {line.Ratio} | {line.Target} |";
        var after = readme[start..].SkipWhile(line => line.StartsWith('|'));
        File.WriteAllLines(path, [.. readme[..start], ReadmeHead, "|---|---|---|---|---|", .. lines, .. after]);
    }

    private sealed class Section(string title)
    {
        private readonly List<string> _notes = [];

        public string Title => title;

        public List<Line> Lines { get; } = [];

        public void Add(string text)
        {
            if (Line.Parse(text) is { } line)
            {
                Lines.Add(line);
            }
            else if (!text.StartsWith('|'))
            {
                _notes.Add(text);
            }
        }

        public void Merge(IReadOnlyList<Line> lines, IEnumerable<string> notes)
        {
            foreach (var line in lines)
            {
                var known = Lines.FindIndex(other => other.Key == line.Key);
                if (known < 0)
                {
                    Lines.Add(line);
                }
                else
                {
                    Lines[known] = line;
                }
            }
            _notes.Clear();
            _notes.AddRange(notes);
        }

        public override string ToString() => $"\n{title}\n\n{Line.Head}\n{string.Join('\n', Lines)}\n{string.Concat(_notes.Select(note => $"\n{note}\n"))}";
    }
}
