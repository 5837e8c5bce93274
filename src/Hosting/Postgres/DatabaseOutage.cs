using System.Data.Common;
using System.Net.Sockets;

namespace Capns.Hosting.Postgres;

/// <summary>Tells a PostgreSQL that is away from a statement that is wrong.</summary>
public static class DatabaseOutage
{
    // PostgreSQL, appendix A: what a server says that shuts down, has crashed, starts, is a standby, or whose database is gone.
    private static readonly string[] States = ["57P01", "57P02", "57P03", "57P04", "25006"];

    /// <summary>
    /// True for what passes when the server is back: a consumer's message waits for it then, and is not given back to the queue to be
    /// dead-lettered in the end. Looks through wrappers, such as EF Core's.
    /// </summary>
    public static bool Is(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is DbException fault && IsOne(fault))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The same of one exception, without what it wraps.</summary>
    public static bool IsOne(DbException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.SqlState is { } state
            ? IsState(state)
            : exception.IsTransient || exception.InnerException is IOException or SocketException or TimeoutException;
    }

    // 08: connection; 53: no memory, disk or connections left.
    private static bool IsState(string state) => States.Contains(state, StringComparer.Ordinal)
        || state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal);
}
