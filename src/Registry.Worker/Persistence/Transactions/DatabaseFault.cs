using System.Data.Common;
using Capns.Hosting.Postgres;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Capns.Registry.Worker.Persistence.Transactions;

/// <summary>What an exception of the database means for the transaction that met it.</summary>
internal enum DatabaseFault
{
    /// <summary>A bug, or bad data: repeating it changes nothing.</summary>
    Other = 0,

    /// <summary>Somebody else was faster. Repeating it at once helps.</summary>
    Race,

    /// <summary>PostgreSQL is away. Repeating it helps when it is back, however long that takes.</summary>
    Outage,

    /// <summary>The message was handled before.</summary>
    Duplicate,
}

/// <summary>Sorts exceptions by <see cref="DatabaseFault"/>.</summary>
internal static class DatabaseFaults
{
    /// <summary>Looks through wrappers: EF Core puts the driver's exception inside its own.</summary>
    public static DatabaseFault Of(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            var fault = OfOne(current);
            if (fault != DatabaseFault.Other)
            {
                return fault;
            }
        }

        return DatabaseFault.Other;
    }

    /// <summary>True when PostgreSQL is away: a consumer's message waits for it then, and is not given back to the queue to be dead-lettered in the end.</summary>
    public static bool IsOutage(Exception exception) => Of(exception) == DatabaseFault.Outage;

    private static DatabaseFault OfOne(Exception exception) => exception switch
    {
        DbException fault when DatabaseOutage.IsOne(fault) => DatabaseFault.Outage,
        PostgresException postgres => OfState(postgres),
        DbUpdateConcurrencyException => DatabaseFault.Race,
        _ => DatabaseFault.Other,
    };

    private static DatabaseFault OfState(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => exception.ConstraintName == InboxEntry.PrimaryKey ? DatabaseFault.Duplicate : DatabaseFault.Race,
        // The tool was deleted between the look-up and the insert: the second look-up says so.
        PostgresErrorCodes.ForeignKeyViolation => DatabaseFault.Race,
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => DatabaseFault.Race,
        _ => DatabaseFault.Other,
    };
}
