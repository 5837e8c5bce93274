namespace Capns.Discovery.Worker.Graph.Bolt;

/// <summary>What a transaction, or a query outside one, may do.</summary>
internal enum BoltAccess
{
    Read,
    Write,
}

/// <summary>What a transaction is begun with.</summary>
/// <param name="Access">Reading ones may be answered by a follower.</param>
/// <param name="Database">Empty: the home database.</param>
/// <param name="Bookmarks">What the server must have seen before.</param>
/// <param name="Timeout">The server ends the transaction then.</param>
internal sealed record BoltBegin(BoltAccess Access, string Database, IReadOnlyList<string> Bookmarks, TimeSpan Timeout)
{
    /// <summary>As RUN and BEGIN carry it.</summary>
    public IReadOnlyDictionary<string, object?> ToExtra()
    {
        var extra = new Dictionary<string, object?> { ["tx_timeout"] = Math.Max(1, (long)Timeout.TotalMilliseconds) };
        if (Access == BoltAccess.Read)
        {
            extra["mode"] = "r";
        }

        if (Database.Length > 0)
        {
            extra["db"] = Database;
        }

        if (Bookmarks.Count > 0)
        {
            extra["bookmarks"] = Bookmarks;
        }

        return extra;
    }
}
