using System.Diagnostics;
using Graincast.Supervision;
using Graincast.Training;

namespace Graincast.Wire;

/// <summary>Every message of the protocol with the values that its golden file holds.</summary>
public static class FrameMessages
{
    private const ulong Run = 0x0123456789abcdef;
    private static readonly byte[] Sha256 = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static IReadOnlyDictionary<string, MessageCase> All { get; } = new Dictionary<string, MessageCase>
    {
        ["hello"] = Case(new Hello(1, 1, 4711, "app", "0.1.0"), 0),
        ["begin_run"] = Case(new BeginRun(Spec()), 7),
        ["begin_run_weighted"] = Case(new BeginRun(Spec() with { Columns = [new("copies", ColumnType.Float32, IsArray: false, IsLabel: false, IsWeight: true)] }), 7),
        ["begin_feed"] = Case(new BeginFeed(Run), 8),
        ["rows"] = Case(new Rows(2, TwoRows()), 8),
        ["end_feed"] = Case(new EndFeed(2), 8),
        ["fit"] = Case(new Fit(Run, 2), 7),
        ["open"] = Case(new Open("alice", Sha256), 9),
        ["cancel"] = Case(new Cancel(Run), 0),
        ["check"] = Case(new Check(Run), 0),
        ["issue_token"] = Case(new IssueToken("alice “ü”", 900_000), 12),
        ["verify_token"] = Case(new VerifyToken("AQ.Ag"), 13),
        ["start_run"] = Case(new StartRun(Run, 2), 0),
        ["end_run"] = Case(new EndRun(Run, "alice “ü”"), 14),
        ["collect_run"] = Case(new CollectRun(Run), 15),
        ["read_model_text"] = Case(new ReadModelText("tree\nversion=v4\n"u8.ToArray()), 16),
        ["image_made"] = Case(new ImageMade("GRAINIMG"u8.ToArray()), 16),
        ["read_onnx"] = Case(new ReadOnnx("alice", [8, 8, 58, 0]), 17),
        ["score_rows"] = Case(new ScoreRows("alice “ü”", Sha256, [1, -2, 0.5f, 3]), 18),
        ["scores"] = Case(new Scores([0.25, -1.5]), 18),
        ["run_ended"] = Case(new RunEnded(true), 14),
        ["list_runs"] = Case(new ListRuns(), 10),
        ["predict_by_key"] = Case(new PredictByKey("alice", "fraud “ü”", ["4711", "b"]), 11),
        ["trace_parent"] = Case(new TraceParent(new(ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), ActivitySpanId.CreateFromString("b7ad6b7169203331"), ActivityTraceFlags.Recorded)), 11),
        ["predicted"] = Case(new Predicted(0.25f), 11),
        ["welcome"] = Case(new Welcome(1, 99, "0", "0.1.0"), 0),
        ["run_begun"] = Case(new RunBegun(-3), 7),
        ["acknowledged"] = Case(new Acknowledged(2), 8),
        ["progress"] = Case(new Progress("linear: 2 rows"), 7),
        ["fitted"] = Case(new Fitted(Sha256, 4096, 3, 2, 1, """{"C": 2}""", """{"f1": 1.0}"""), 7),
        ["opened"] = Case(new Opened(4096), 9),
        ["error"] = Case(new Error("22023", "unknown hyperparameter \"c\"", "", "Use one of: C."), 7),
        ["run_list"] = Case(new RunList([new RunProgress(Run, "", "fraud “ü”", "2", "fitting", 1_000, 17, 2_500)]), 10),
        ["token_issued"] = Case(new TokenIssued("AQ.Ag"), 12),
        ["token_verified"] = Case(new TokenVerified("alice “ü”"), 13),
    };

    private static MessageCase Case<T>(T message, uint stream)
        where T : IFrame<T> => new(
            T.Kind,
            () => new WireWriter().Frame(message, stream).ToArray(),
            payload => new WireWriter().Frame(Payload.Read<T>(payload), stream).ToArray());

    private static TrainingSpec Spec() => new()
    {
        Run = Run,
        Database = "",
        Role = "alice",
        Project = "fraud “ü”",
        Task = "classification",
        Algorithm = "linear",
        Hyperparams = """{"C": 2}""",
        Sampling = "stratified",
        TestSize = 0.25f,
        Columns =
        [
            new ColumnSpec("amount", ColumnType.Float64, IsArray: false, IsLabel: false),
            new ColumnSpec("pixels", ColumnType.Float32, IsArray: true, IsLabel: false),
            new ColumnSpec("is_fraud", ColumnType.Bool, IsArray: false, IsLabel: true),
        ],
    };

    private static byte[] TwoRows() =>
    [
        0, .. BitConverter.GetBytes(12.5), .. BitConverter.GetBytes(2), .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f), 1,
        1, .. BitConverter.GetBytes(2), .. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(0.25f), 0,
    ];
}

/// <summary>A message: how it is written, and how its payload is read and written again.</summary>
public sealed record MessageCase(FrameKind Kind, Func<byte[]> Write, Func<byte[], byte[]> ReadAndWrite);
