using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;
using NpgsqlTypes;

namespace Capns.Registry.Worker.Audit;

/// <summary>How many entries there are of each day and minute (table <c>audit_counts</c>): where a page far from both ends begins.</summary>
/// <remarks>Without them, every entry before the page would have to be passed over. They are no evidence: nothing but paging reads them.</remarks>
internal static class AuditCounts
{
    // Days until the one in which the entry lies, then minutes within it.
    private const string Before = """
        WITH days AS (
            SELECT bucket, entries, sum(entries) OVER (ORDER BY bucket) AS upto FROM audit_counts WHERE grain = 'day'
        ), day AS (
            SELECT bucket, upto - entries AS before FROM days WHERE upto > $1 ORDER BY bucket LIMIT 1
        ), minutes AS (
            SELECT c.bucket, d.before + sum(c.entries) OVER (ORDER BY c.bucket) AS upto, c.entries
            FROM day d JOIN audit_counts c ON c.grain = 'minute' AND c.bucket >= d.bucket AND c.bucket < d.bucket + interval '1 day'
        )
        SELECT (SELECT coalesce(sum(entries), 0)::bigint FROM audit_counts WHERE grain = 'day'), m.bucket, (m.upto - m.entries)::bigint
        FROM minutes m WHERE m.upto > $1 ORDER BY m.bucket LIMIT 1
        """;

    /// <summary>Adds to the counts, or takes away.</summary>
    /// <param name="transaction">That writes or removes the entries.</param>
    /// <param name="times">Of these entries.</param>
    /// <param name="sign">1 or -1.</param>
    public static async Task AddAsync(RegistryTransaction transaction, IEnumerable<DateTimeOffset> times, int sign)
    {
        var minutes = times.CountBy(at => at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute)).OrderBy(pair => pair.Key).ToList();
        await using var command = AuditTables.Command(
            transaction,
            """
            INSERT INTO audit_counts AS c (grain, bucket, entries)
            SELECT g.grain, date_trunc(g.grain, t.bucket, 'UTC'), sum(t.entries) FROM unnest($1, $2) AS t (bucket, entries)
            CROSS JOIN (VALUES ('day'), ('minute')) AS g (grain) GROUP BY 1, 2
            ON CONFLICT (grain, bucket) DO UPDATE SET entries = c.entries + excluded.entries
            """);
        command.Parameters.AddWithValue(
            NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, minutes.Select(pair => new DateTimeOffset(pair.Key, TimeSpan.Zero)).ToArray());
        command.Parameters.AddWithValue(NpgsqlDbType.Array | NpgsqlDbType.Bigint, minutes.Select(pair => (long)sign * pair.Value).ToArray());
        await command.ExecuteNonQueryAsync(transaction.CancellationToken);
        if (sign < 0)
        {
            await using var empty = AuditTables.Command(transaction, "DELETE FROM audit_counts WHERE entries <= 0");
            await empty.ExecuteNonQueryAsync(transaction.CancellationToken);
        }
    }

    /// <summary>The minute in which the entry with so many before it lies, oldest first, and how many lie before that minute.</summary>
    /// <returns>Null when the counts do not add up to <paramref name="total"/>.</returns>
    public static async Task<(DateTimeOffset Minute, long Before)?> FindAsync(NpgsqlDataSource database, long place, long total, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Before);
        command.Parameters.AddWithValue((decimal)place);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) && reader.GetInt64(0) == total
            ? (reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt64(2))
            : null;
    }
}
