namespace Graincast;

/// <summary>The SQLSTATEs that Graincast raises, by Postgres' names.</summary>
public static class SqlState
{
    /// <summary>The silo cannot be reached.</summary>
    public const string ConnectionFailure = "08001";

    /// <summary>The silo, a worker or a node was lost in the middle of a call.</summary>
    public const string ConnectionLost = "08006";

    /// <summary>A frame that breaks the protocol.</summary>
    public const string ProtocolViolation = "08P01";

    /// <summary>An algorithm or form that is not offered; also protocol version skew.</summary>
    public const string FeatureNotSupported = "0A000";

    /// <summary>More than one row where one is wanted.</summary>
    public const string CardinalityViolation = "21000";

    /// <summary>A number beyond real.</summary>
    public const string NumericValueOutOfRange = "22003";

    /// <summary>NULL where the policy is an error.</summary>
    public const string NullNotAllowed = "22004";

    /// <summary>A bad argument.</summary>
    public const string InvalidParameter = "22023";

    /// <summary>No token, or one that is forged, expired or another cluster's.</summary>
    public const string InvalidAuthorization = "28000";

    /// <summary>Changed by others meanwhile: try again.</summary>
    public const string SerializationFailure = "40001";

    /// <summary>No privilege.</summary>
    public const string InsufficientPrivilege = "42501";

    /// <summary>Unknown project, model or run.</summary>
    public const string UndefinedObject = "42704";

    /// <summary>A column's type cannot be used.</summary>
    public const string DatatypeMismatch = "42804";

    /// <summary>A memory budget was exceeded.</summary>
    public const string OutOfMemory = "53200";

    /// <summary>More connections than the silo serves.</summary>
    public const string TooManyConnections = "53300";

    /// <summary>Not in a state in which this call makes sense.</summary>
    public const string ObjectNotInState = "55000";

    /// <summary>Still in use: not over yet.</summary>
    public const string ObjectInUse = "55006";

    /// <summary>Cancelled, or over a time budget.</summary>
    public const string QueryCanceled = "57014";

    /// <summary>Ended because the silo was stopped.</summary>
    public const string AdminShutdown = "57P01";

    /// <summary>No row has the key.</summary>
    public const string NoData = "P0002";

    /// <summary>An artifact is corrupt.</summary>
    public const string DataCorrupted = "XX001";

    /// <summary>A fault of ours.</summary>
    public const string InternalError = "XX000";
}
