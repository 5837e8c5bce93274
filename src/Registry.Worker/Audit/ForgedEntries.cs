using Capns.Registry.Worker.Persistence.Transactions;
using NpgsqlTypes;

namespace Capns.Registry.Worker.Audit;

/// <summary>Puts reports of forged rows into the log, under the ids of those rows: so they may leave the intake, and what they said is kept as a claim.</summary>
internal static class ForgedEntries
{
    public static async Task InsertAsync(RegistryTransaction transaction, IEnumerable<SealedRecord> reports)
    {
        foreach (var report in reports)
        {
            await using var command = AuditTables.Command(
                transaction,
                """
                INSERT INTO audit_log (id, chain, at, actor_kind, actor_id, action, object_kind, object_id, outcome, code, details, seq, prev_hash, hash, mac)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                """);
            var record = report.Record;
            foreach (var value in new object[]
            {
                record.Id, record.Chain, record.At, record.ActorKind, record.ActorId, record.Action, record.ObjectKind, record.ObjectId!, record.Outcome, record.Code!,
            })
            {
                command.Parameters.AddWithValue(value);
            }

            command.Parameters.AddWithValue(NpgsqlDbType.Json, record.Details!);
            command.Parameters.AddWithValue(report.Seq);
            command.Parameters.AddWithValue(report.PrevHash);
            command.Parameters.AddWithValue(report.Hash);
            command.Parameters.AddWithValue(report.Mac);
            await command.ExecuteNonQueryAsync(transaction.CancellationToken);
        }
    }
}
