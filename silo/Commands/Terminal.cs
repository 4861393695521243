using Spectre.Console;

namespace Graincast.Commands;

/// <summary>What a person sees: colour and a spinner on a terminal, plain lines in a pipe.</summary>
internal static class Terminal
{
    // ANSI: select graphic rendition.
    private const char Escape = '\u001b';
    private const string Bold = "1";
    private const string Red = "31";
    private const string Green = "32";
    private const string Grey = "90";

    // https://no-color.org
    private static readonly bool MayColour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether standard output is a terminal that may be coloured.</summary>
    public static bool IsInteractive { get; } = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    private static readonly bool IsColoured = IsInteractive && MayColour;

    // Spectre takes some CI services for terminals; a pipe is a pipe there too.
    private static IAnsiConsole Out { get; } = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
        Interactive = IsInteractive ? InteractionSupport.Detect : InteractionSupport.No,
    });

    /// <summary>A line.</summary>
    public static void Line(string text = "") => Console.WriteLine(text);

    /// <summary>A line that starts a part.</summary>
    public static void Heading(string text)
    {
        Line();
        Styled(text, Bold);
    }

    /// <summary>A line of less weight, such as a NOTICE.</summary>
    public static void Faint(string text) => Styled(text, Grey);

    /// <summary>A line that says something is as it should be.</summary>
    public static void Done(string text) => Styled(text, Green);

    /// <summary>An error and what to do about it, on standard error.</summary>
    public static void Error(string message, string hint)
    {
        var isColoured = MayColour && !Console.IsErrorRedirected;
        Console.Error.WriteLine(isColoured ? $"{Escape}[{Red}merror:{Escape}[0m {message}" : $"error: {message}");
        if (hint.Length > 0)
        {
            Console.Error.WriteLine($"hint: {hint}");
        }
    }

    /// <summary>Runs <paramref name="work"/>, whose steps are lines, and on a terminal a spinner meanwhile.</summary>
    public static Task<T> WorkAsync<T>(Func<IProgress<string>, Task<T>> work)
    {
        if (!IsInteractive)
        {
            return work(new Steps(text => Line(text)));
        }
        return Out.Status().StartAsync("…", context => work(new Steps(text =>
        {
            Out.MarkupLineInterpolated($"[grey]{text}[/]");
            context.Status(Markup.Escape(text));
        })));
    }

    /// <summary>Rows under headings: a ruled table on a terminal, aligned columns in a pipe.</summary>
    public static void Table(string[] headings, IReadOnlyCollection<string[]> rows)
    {
        if (IsInteractive)
        {
            var table = new Table().Border(TableBorder.Rounded);
            foreach (var heading in headings)
            {
                table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))));
            }
            foreach (var row in rows)
            {
                table.AddRow(row.Select(cell => new Text(cell)));
            }
            Out.Write(table);
            return;
        }
        var widths = headings.Select((heading, column) => rows.Select(row => row[column].Length).Append(heading.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(headings))
        {
            Line(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    // Not through Spectre, which would break long lines: SQL must come out of a terminal as it went in.
    private static void Styled(string text, string code) => Line(IsColoured ? $"{Escape}[{code}m{text}{Escape}[0m" : text);

    /// <summary><see cref="Progress{T}"/> reports later, on another thread; these lines must stand in order.</summary>
    private sealed class Steps(Action<string> report) : IProgress<string>
    {
        public void Report(string value) => report(value);
    }
}
