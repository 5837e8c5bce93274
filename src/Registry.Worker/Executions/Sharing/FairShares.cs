using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Capns.Registry.Worker.Executions.Sharing;

/// <summary>Says whether a job may go to a runner queue now or has to stand in line behind its caller's others (platform spec 5.8).</summary>
/// <remarks>
/// One look-up, no lock. Exact among the transactions of this process: each counts what the database shows and the open ones
/// that it cannot show yet. Several registries do not see each other's open transactions; while nobody stands in line, each may
/// take the same last places within the length of one commit, so n registries may have at most n times the share out.
/// </remarks>
internal sealed class FairShares(ShareBoard board, IOptions<ExecutionOptions> options)
{
    // Ordered, so that neither half can be answered by reading the table until something turns up.
    private const string FreeSql = """
        SELECT (SELECT created_at FROM executions
                WHERE caller_id = $1 AND pool = $2 AND waiting_since IS NOT NULL ORDER BY created_at, id LIMIT 1) IS NULL
           AND (SELECT count(*) FROM executions WHERE caller_id = $1 AND pool = $2 AND handed_over_at IS NOT NULL) < $3
        """;

    /// <summary>Asks for a place, for as long as the transaction lasts; committed, the row itself holds it.</summary>
    /// <returns>False: the share is used up, or others stand in line already.</returns>
    public async Task<bool> TryTakeAsync(RegistryTransaction transaction, ShareKey key)
    {
        // First the open ones, then the database: what is committed in between is counted twice, never not at all.
        var open = board.Enter(key);
        transaction.AtEnd(() => board.Leave(key));
        var places = options.Value.FairShare - (open - 1);
        return places > 0 && await IsFreeAsync(transaction, key, places);
    }

    /// <summary>An execution of this transaction stands in line.</summary>
    public void Waits(RegistryTransaction transaction, ShareKey key) => transaction.AfterCommit(() => board.Waits(key));

    /// <summary>An execution of this transaction is no longer out at the runners.</summary>
    public void Freed(RegistryTransaction transaction, ShareKey key) => transaction.AfterCommit(() => board.Freed(key));

    private static async Task<bool> IsFreeAsync(RegistryTransaction transaction, ShareKey key, int places)
    {
        var database = transaction.Db.Database;
        await using var command = new NpgsqlCommand(
            FreeSql, (NpgsqlConnection)database.GetDbConnection(), (NpgsqlTransaction?)database.CurrentTransaction?.GetDbTransaction());
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Caller });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Pool });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = places });
        return (bool)(await command.ExecuteScalarAsync(transaction.CancellationToken))!;
    }
}
