using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>Webhooks that are to be sent (table <c>alert_deliveries</c>). Several instances may take from it: no row is taken by two.</summary>
internal sealed class WebhookQueue(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>A delivery that was taken and neither done nor put back by then is taken again.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>Adds one in the transaction that fires the rule.</summary>
    public static async Task AddAsync(RegistryTransaction transaction, Guid ruleId, Uri url, byte[] body)
    {
        await using var command = AuditTables.Command(
            transaction, "INSERT INTO alert_deliveries (id, rule_id, url, body, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)");
        command.Parameters.AddWithValue(Guid.CreateVersion7(transaction.Now));
        command.Parameters.AddWithValue(ruleId);
        command.Parameters.AddWithValue(url.AbsoluteUri);
        command.Parameters.AddWithValue(body);
        command.Parameters.AddWithValue(transaction.Now);
        await command.ExecuteNonQueryAsync(transaction.CancellationToken);
    }

    /// <summary>Takes what is due.</summary>
    public async Task<List<WebhookDelivery>> TakeAsync(int limit, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            UPDATE alert_deliveries SET due_at = $2, attempts = attempts + 1
            WHERE id IN (SELECT id FROM alert_deliveries WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
            RETURNING id, rule_id, url, body, attempts
            """);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(now + Lease);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var taken = new List<WebhookDelivery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(new WebhookDelivery(
                reader.GetGuid(0), reader.GetGuid(1), new Uri(reader.GetString(2)), reader.GetFieldValue<byte[]>(3), reader.GetInt32(4)));
        }

        return taken;
    }

    /// <summary>It arrived, or is given up.</summary>
    public async Task RemoveAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM alert_deliveries WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>It is tried again later.</summary>
    public async Task PutBackAsync(Guid id, DateTimeOffset dueAt, string error, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE alert_deliveries SET due_at = $2, last_error = $3 WHERE id = $1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(dueAt);
        command.Parameters.AddWithValue(error);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>One webhook.</summary>
/// <param name="Id">The same at every try; receivers know a repeated one by it.</param>
/// <param name="RuleId">The rule that fired.</param>
/// <param name="Url">Where to.</param>
/// <param name="Body">JSON of <see cref="Contracts.Audit.ToolAuditAlert"/>.</param>
/// <param name="Attempts">This try included.</param>
internal sealed record WebhookDelivery(Guid Id, Guid RuleId, Uri Url, byte[] Body, int Attempts);
