using System.Diagnostics;
using System.Text;
using Shouldly;

namespace Graincast.Servers;

/// <summary>
/// One backend behind psql. Npgsql closes a connection by itself after XX001, 08P01 and their like; psql stays, and shows whether the backend does.
/// </summary>
public sealed class PsqlSession : IAsyncDisposable
{
    private const string Program = "/usr/lib/postgresql/15/bin/psql";
    private const string Mark = "--- answered";
    public const string Success = "00000";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Task<string> _messages;

    private PsqlSession(Process process)
    {
        _process = process;
        // Read on, or psql would stop at a full pipe; told when it dies.
        _messages = KeepEndAsync(process.StandardError);
    }

    /// <summary>What a statement came to: 00000 and its output, or the error's state and text.</summary>
    public sealed record Answer(string SqlState, string Text)
    {
        public bool IsError => SqlState != Success;
    }

    public int Pid { get; private set; }

    public static async Task<PsqlSession> OpenAsync(GraincastServer server)
    {
        var options = server.ConnectionString();
        var session = new PsqlSession(Process.Start(new ProcessStartInfo(Program, ["-XAtq", $"--host={options.Host}", $"--port={options.Port}", $"--username={options.Username}", options.Database!])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Environment = { ["PGCLIENTENCODING"] = "UTF8" },
        })!);
        session.Pid = int.Parse(await session.MustSucceedAsync("SELECT pg_backend_pid()"));
        return session;
    }

    public async Task<Answer> RunAsync(string sql)
    {
        await _process.StandardInput.WriteAsync($"\\set LAST_ERROR_MESSAGE ''\n{sql};\n\\echo {Mark}\n\\echo :SQLSTATE\n\\echo :LAST_ERROR_MESSAGE\n\\echo {Mark}\n");
        await _process.StandardInput.FlushAsync();
        var output = await ReadToMarkAsync();
        var state = await ReadLineAsync();
        var error = await ReadToMarkAsync();
        return state == Success ? new Answer(state, output) : new Answer(state, error);
    }

    public async Task<string> MustSucceedAsync(string sql)
    {
        var answer = await RunAsync(sql);
        answer.SqlState.ShouldBe(Success, answer.Text);
        return answer.Text;
    }

    /// <summary>Fails unless this is still the backend it was, and answers.</summary>
    public async Task MustLiveOnAsync() => int.Parse(await MustSucceedAsync("SELECT pg_backend_pid()")).ShouldBe(Pid);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Timeout);
        _process.Dispose();
    }

    private async Task<string> ReadToMarkAsync()
    {
        var text = new StringBuilder();
        while (await ReadLineAsync() is var line && line != Mark)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(line);
        }
        return text.ToString();
    }

    private async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Timeout) ?? throw new EndOfStreamException($"psql's backend {Pid} is gone: {await _messages}");

    private static async Task<string> KeepEndAsync(StreamReader reader)
    {
        var last = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            last = line.Length > 0 ? line : last;
        }
        return last;
    }
}
