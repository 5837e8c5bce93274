namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>What the Bolt client throws, apart from cancellation and a caller's own mistakes (<see cref="ArgumentException"/>).</summary>
internal abstract class BoltException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The peer sent bytes that the protocol does not allow, or speaks no version that this client speaks.</summary>
/// <remarks>The only error of decoding. The connection is closed, and the request is not repeated.</remarks>
internal sealed class BoltProtocolException(string message, Exception? inner = null) : BoltException(message, inner);

/// <summary>The server cannot be reached, was lost, or did not answer in time.</summary>
internal sealed class BoltUnavailableException(string message, Exception? inner = null) : BoltException(message, inner)
{
    /// <summary>True where another attempt may help: refused or lost connections. False for time limits and a busy pool.</summary>
    public bool MayRetry { get; init; }

    /// <summary>True where the work may have been done: the answer to COMMIT, or to a write outside a transaction, was lost.</summary>
    public bool Uncertain { get; init; }
}

/// <summary>The server refused a request with a code of its own.</summary>
/// <param name="code">For example <c>Neo.ClientError.Statement.SyntaxError</c>; <c>Unknown</c> where the server gave none.</param>
/// <param name="text">The server's sentence.</param>
internal sealed class BoltServerException(string code, string text) : BoltException($"{code}: {text}")
{
    private const string Transient = "Neo.TransientError.";

    /// <summary>The server's code, in the words of Neo4j's status codes.</summary>
    public string Code { get; } = code;

    /// <summary>The server that was asked does not lead (any more): ask another one.</summary>
    public bool NotLeader => Code is "Neo.ClientError.Cluster.NotALeader" or "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase";

    /// <summary>The server forgot who this connection is: log in again.</summary>
    public bool AuthorizationExpired => Code is "Neo.ClientError.Security.AuthorizationExpired";

    /// <summary>The server will not let this login in, whatever is asked.</summary>
    public bool Unauthorized => Code.StartsWith("Neo.ClientError.Security.", StringComparison.Ordinal) && !AuthorizationExpired;

    /// <summary>The request itself is wrong: another server, or another time, would refuse it too.</summary>
    public bool CallersMistake => Code.StartsWith("Neo.ClientError.Statement.", StringComparison.Ordinal)
        || Code.StartsWith("Neo.ClientError.Schema.", StringComparison.Ordinal)
        || Code.StartsWith("Neo.ClientError.Procedure.", StringComparison.Ordinal)
        || Code.StartsWith("Neo.ClientError.Request.", StringComparison.Ordinal);

    /// <summary>The server does not know, or does not reach, a bookmark: it was restored from an older state.</summary>
    public bool BookmarkUnknown => Code is "Neo.TransientError.Transaction.BookmarkTimeout"
        or "Neo.ClientError.Transaction.InvalidBookmark" or "Neo.ClientError.Transaction.InvalidBookmarkMixture";

    /// <summary>True where the same transaction may succeed when it is tried again.</summary>
    /// <remarks>Terminated and LockClientStopped are called transient, but someone ended that transaction on purpose.</remarks>
    public bool MayRetry => NotLeader || AuthorizationExpired || BookmarkUnknown
        || (Code.StartsWith(Transient, StringComparison.Ordinal)
            && Code is not ("Neo.TransientError.Transaction.Terminated" or "Neo.TransientError.Transaction.LockClientStopped"));
}
