namespace Graincast.Wire;

/// <summary>The kinds of PROTOCOL.md; 128 and above go from the silo to the client.</summary>
public enum FrameKind : byte
{
    /// <summary><see cref="Wire.Hello"/></summary>
    Hello = 1,

    /// <summary><see cref="Wire.BeginRun"/></summary>
    BeginRun = 2,

    /// <summary><see cref="Wire.BeginFeed"/></summary>
    BeginFeed = 3,

    /// <summary><see cref="Wire.Rows"/></summary>
    Rows = 4,

    /// <summary><see cref="Wire.EndFeed"/></summary>
    EndFeed = 5,

    /// <summary><see cref="Wire.Fit"/></summary>
    Fit = 6,

    /// <summary><see cref="Wire.Open"/></summary>
    Open = 7,

    /// <summary><see cref="Wire.Cancel"/></summary>
    Cancel = 8,

    /// <summary><see cref="Wire.ListRuns"/></summary>
    ListRuns = 9,

    /// <summary><see cref="Wire.Check"/></summary>
    Check = 10,

    /// <summary><see cref="Wire.PredictByKey"/></summary>
    PredictByKey = 11,

    /// <summary><see cref="Wire.IssueToken"/></summary>
    IssueToken = 12,

    /// <summary><see cref="Wire.VerifyToken"/></summary>
    VerifyToken = 13,

    /// <summary><see cref="Wire.StartRun"/></summary>
    StartRun = 14,

    /// <summary><see cref="Wire.EndRun"/></summary>
    EndRun = 15,

    /// <summary><see cref="Wire.CollectRun"/></summary>
    CollectRun = 16,

    /// <summary><see cref="Wire.ReadModelText"/></summary>
    ReadModelText = 17,

    /// <summary><see cref="Wire.ReadOnnx"/></summary>
    ReadOnnx = 18,

    /// <summary><see cref="Wire.ScoreRows"/></summary>
    ScoreRows = 19,

    /// <summary><see cref="Wire.TraceParent"/></summary>
    TraceParent = 23,

    /// <summary><see cref="Wire.Welcome"/></summary>
    Welcome = 128,

    /// <summary><see cref="Wire.RunBegun"/></summary>
    RunBegun = 129,

    /// <summary><see cref="Wire.Acknowledged"/></summary>
    Acknowledged = 130,

    /// <summary><see cref="Wire.Progress"/></summary>
    Progress = 131,

    /// <summary><see cref="Wire.Fitted"/></summary>
    Fitted = 132,

    /// <summary><see cref="Wire.Opened"/></summary>
    Opened = 133,

    /// <summary><see cref="Wire.Error"/></summary>
    Error = 134,

    /// <summary><see cref="Wire.RunList"/></summary>
    RunList = 135,

    /// <summary><see cref="Wire.Predicted"/></summary>
    Predicted = 136,

    /// <summary><see cref="Wire.TokenIssued"/></summary>
    TokenIssued = 137,

    /// <summary><see cref="Wire.TokenVerified"/></summary>
    TokenVerified = 138,

    /// <summary><see cref="Wire.RunEnded"/></summary>
    RunEnded = 139,

    /// <summary><see cref="Wire.ImageMade"/></summary>
    ImageMade = 140,

    /// <summary><see cref="Wire.Scores"/></summary>
    Scores = 141,
}
