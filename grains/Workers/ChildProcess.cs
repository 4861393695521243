using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Graincast.Telemetry;

namespace Graincast.Workers;

/// <summary>
/// A child process within a budget of memory: exec'd, never forked. Its standard input stays open as long as the silo lives; the child ends itself when that closes.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const int ErrorTextChars = 1 << 16;

    private static readonly TimeSpan MemoryCheckPeriod = TimeSpan.FromMilliseconds(100);

    private readonly long _memoryBytes;
    private readonly GraincastException _overMemory;
    private readonly Process _process;
    private readonly ITimer _memory;
    private GraincastException? _killedFor;
    private long _residentBytes;

    /// <param name="options">The program and its bounds. Of its time the caller takes care.</param>
    /// <param name="moreArguments">Behind those of the options.</param>
    /// <param name="overMemory">Why it is killed above its memory.</param>
    /// <param name="time">The clock of looks at its memory.</param>
    public ChildProcess(ChildOptions options, IEnumerable<string> moreArguments, GraincastException overMemory, TimeProvider time)
    {
        (_memoryBytes, _overMemory) = (options.MemoryBytes, overMemory);
        var start = new ProcessStartInfo(options.FileName, options.Arguments.Concat(moreArguments))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        // A worker is loops over rows, and each method that has them runs once: compiled well at once, not quickly first.
        start.Environment["DOTNET_TC_QuickJitForLoops"] = "0";
        start.Environment["OMP_NUM_THREADS"] = "1";
        // LightGBM makes and drops arrays as long as the rows: pages of 2 MiB where the kernel gives them on demand.
        start.Environment.TryAdd("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
        _process = Process.Start(start) ?? throw new GraincastException(SqlState.InternalError, $"could not start {options.FileName}");
        ErrorText = ReadErrorAsync(_process.StandardError);
        Exited = _process.WaitForExitAsync(CancellationToken.None);
        _memory = time.CreateTimer(_ => CheckMemory(), null, MemoryCheckPeriod, MemoryCheckPeriod);
    }

    /// <summary>
    /// Lets it run behind all else on the machine (nice 10): for work that takes every processor it is given, while calls that take a millisecond wait for one. Called
    /// at once, all its threads are: each has the priority of the one that made it.
    /// </summary>
    public void LowerPriority()
    {
        try
        {
            _process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // It has ended already.
        }
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What it wrote to standard error, the first of it, once it has ended.</summary>
    public Task<string> ErrorText { get; }

    public Task Exited { get; }

    /// <summary>Why this process killed it; null when it did not.</summary>
    public GraincastException? KilledFor => _killedFor;

    /// <summary>How it ended, as a sentence goes on. Once it has <see cref="Exited"/>.</summary>
    public string End => _process.ExitCode > 128 ? $"was killed by signal {_process.ExitCode - 128}" : $"ended with exit code {_process.ExitCode}";

    /// <summary>Ends it; the first reason counts.</summary>
    public void Kill(GraincastException reason)
    {
        Interlocked.CompareExchange(ref _killedFor, reason, null);
        try
        {
            // Not its tree, which it has none of: each of a tree is stopped before it is killed, and stays so for good if this silo ends in between.
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended: that is what a kill is for.
        }
    }

    /// <summary>Kills it if it still runs: only here is its handle given up, or nothing could kill it any more.</summary>
    public void Dispose()
    {
        Kill(new GraincastException(SqlState.QueryCanceled, "the process is not wanted any more"));
        _memory.Dispose();
        Measure(0);
        _process.Dispose();
    }

    private static async Task<string> ReadErrorAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        var block = new char[4096];
        while (await reader.ReadAsync(block).ConfigureAwait(false) is > 0 and var count)
        {
            text.Append(block, 0, Math.Min(count, ErrorTextChars - text.Length));
        }

        return text.ToString();
    }

    private void CheckMemory()
    {
        try
        {
            _process.Refresh();
            if (_killedFor is not null || _process.HasExited)
            {
                return;
            }

            Measure(_process.WorkingSet64);
            if (_process.WorkingSet64 > _memoryBytes)
            {
                Kill(_overMemory);
            }
        }
        catch (InvalidOperationException)
        {
            // The child ended between two looks at it: there is nothing left to bound.
        }
    }

    private void Measure(long residentBytes) => GraincastMeter.WorkerMemory.Add(residentBytes - Interlocked.Exchange(ref _residentBytes, residentBytes));
}
