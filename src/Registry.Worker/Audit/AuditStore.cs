using Capns.Registry.Worker.Api;
using Npgsql;

namespace Capns.Registry.Worker.Audit;

/// <summary>Reads sealed entries.</summary>
internal sealed class AuditStore(NpgsqlDataSource database, ListTotals totals)
{
    /// <summary>So many entries are passed over one by one; beyond them the counts show where to begin.</summary>
    private const long Near = 2000;

    /// <summary>One page, and how many there are in all.</summary>
    /// <remarks>Beyond the middle it is read from the other end; of the entries that are passed over only the index is read.</remarks>
    public async Task<(List<SealedRecord> Items, long Total)> PageAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        var total = await CountAsync(query, cancellationToken);
        long skip = query.Paging.Skip;
        var take = Math.Min(query.Paging.Limit, total - skip);
        if (take <= 0)
        {
            return ([], total);
        }

        var fromEnd = skip > total / 2;
        var descending = query.Descending != fromEnd;
        var offset = fromEnd ? total - skip - take : skip;
        if (!query.IsWhole || offset <= Near)
        {
            return (await ReadAsync(query, null, descending, offset, take, cancellationToken), total);
        }

        var first = query.Descending ? total - skip - take : skip;
        return await AuditCounts.FindAsync(database, first, total, cancellationToken) is { } mark
            ? (await ReadAsync(query, mark.Minute, false, first - mark.Before, take, cancellationToken), total)
            : (await ReadAsync(query, null, descending, offset, take, cancellationToken), total);
    }

    private async Task<List<SealedRecord>> ReadAsync(
        AuditQuery query, DateTimeOffset? start, bool descending, long offset, long take, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var order = descending ? "at DESC, id DESC" : "at, id";
        var where = start is null ? query.Where(command) : "WHERE at >= $1";
        if (start is not null)
        {
            command.Parameters.AddWithValue(start);
        }

        command.CommandText = $"""
            SELECT {SealedRecord.Columns} FROM audit_log
            WHERE id IN (SELECT id FROM audit_log {where} ORDER BY {order} OFFSET {offset} LIMIT {take})
            ORDER BY {order}
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<SealedRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            items.Add(SealedRecord.Read(reader));
        }

        if (descending != query.Descending)
        {
            items.Reverse();
        }

        return items;
    }

    /// <summary>Streams what fits, oldest first, chain by chain, so that a reader can check every link; then the checkpoints.</summary>
    public async Task ExportAsync(
        AuditQuery query, Func<SealedRecord, Task> entry, Func<AuditCheckpoint, Task> checkpoint, AuditKeys keys, DateOnly today, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using (var command = new NpgsqlCommand { Connection = connection, CommandTimeout = 0 })
        {
            command.CommandText = $"SELECT {SealedRecord.Columns} FROM audit_log {query.Where(command)} ORDER BY chain, seq";
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                await entry(SealedRecord.Read(reader));
            }
        }

        await using var look = new NpgsqlCommand(string.Empty, connection);
        // An end that somebody else wrote is not signed here: the signature would make it ours.
        foreach (var chain in (await AuditTables.HeadsAsync(look, keys, cancellationToken)).Sound.Where(chain => chain.Seq > 0))
        {
            await checkpoint(AuditCheckpoint.Of(chain, today, keys));
        }
    }

    private async Task<long> CountAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        if (!query.IsWhole)
        {
            return await totals.CountAsync($"audit {query.Key}", () => CountAsync("SELECT count(*) FROM audit_log", query, cancellationToken));
        }

        // Without gaps the ends say how many there are.
        return await CountAsync("SELECT coalesce(sum(seq - removed_seq), 0)::bigint FROM audit_chains", query, cancellationToken);
    }

    private async Task<long> CountAsync(string sql, AuditQuery query, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        command.CommandText = $"{sql} {query.Where(command)}";
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
