using System.Text;
using Graincast.Servers;

namespace Graincast.Benchmarks;

/// <summary>A Markdown page that grows on the screen and ends in RESULTS.md.</summary>
public sealed class Report(string machine)
{
    private readonly StringBuilder _page = new($"""
        # What `make bench` measured

        {machine}

        {BenchmarkServer.Rows:#,0} rows × {BenchmarkServer.Features} float4 features; models of {BenchmarkServer.Trees} trees × {BenchmarkServer.Leaves} leaves, trained on {BenchmarkServer.SampleRows:#,0} of the rows; one
        process, no parallel query, no JIT. Wall clock at the client; medians of interleaved rounds ± half the spread. Read the ratio.

        | question | Graincast | baseline | ratio |
        |---|---|---|---|

        """);

    private readonly List<string> _notes = [];

    public string Heading => _page.ToString().TrimEnd();

    public void Add(IEnumerable<Question> questions)
    {
        foreach (var question in questions)
        {
            _page.Append(question).Append('\n');
            Console.WriteLine(question);
        }
    }

    /// <summary>Something a reader must know; stands below the table.</summary>
    public void Note(string text) => _notes.Add(text);

    /// <summary>Ends the page with its notes; one of all questions is kept.</summary>
    public void End(bool save)
    {
        foreach (var note in _notes)
        {
            _page.Append('\n').Append(note).Append('\n');
            Console.WriteLine($"\n{note}");
        }
        if (save)
        {
            File.WriteAllText(Path.Combine(Cli.Repository, "tests", "Benchmarks", "RESULTS.md"), _page.ToString());
        }
    }
}
