using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>Table <c>alert_rules</c>.</summary>
internal sealed class AlertRuleStore(NpgsqlDataSource database)
{
    /// <summary>One page by name, and how many there are.</summary>
    public async Task<(List<AlertRule> Items, long Total)> PageAsync(Paging paging, CancellationToken cancellationToken)
    {
        await using var count = database.CreateCommand("SELECT count(*) FROM alert_rules");
        var total = (long)(await count.ExecuteScalarAsync(cancellationToken))!;
        await using var command = database.CreateCommand($"SELECT {AlertRule.Columns} FROM alert_rules ORDER BY name OFFSET $1 LIMIT $2");
        command.Parameters.AddWithValue(paging.Skip);
        command.Parameters.AddWithValue(paging.Limit);
        return (await ReadAsync(command, cancellationToken), total);
    }

    /// <summary>One rule.</summary>
    public async Task<AlertRule?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {AlertRule.Columns} FROM alert_rules WHERE id = $1");
        command.Parameters.AddWithValue(id);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Adds a rule.</summary>
    /// <returns>False when the name is taken.</returns>
    public static async Task<bool> AddAsync(RegistryTransaction transaction, AlertRule rule)
    {
        await using var command = AuditTables.Command(
            transaction, "INSERT INTO alert_rules (id, name, rule, enabled) VALUES ($1, $2, $3::json, $4) ON CONFLICT (name) DO NOTHING");
        AddValues(command, rule);
        return await command.ExecuteNonQueryAsync(transaction.CancellationToken) == 1;
    }

    /// <summary>Replaces a rule that still has this version.</summary>
    /// <returns>True when it had; false also when the name is another rule's.</returns>
    public static async Task<bool> ReplaceAsync(RegistryTransaction transaction, AlertRule rule, long version)
    {
        await using var command = AuditTables.Command(
            transaction,
            """
            UPDATE alert_rules SET name = $2, rule = $3::json, enabled = $4, row_version = row_version + 1
            WHERE id = $1 AND row_version = $5 AND NOT EXISTS (SELECT 1 FROM alert_rules o WHERE o.name = $2 AND o.id <> $1)
            """);
        AddValues(command, rule);
        command.Parameters.AddWithValue(version);
        return await command.ExecuteNonQueryAsync(transaction.CancellationToken) == 1;
    }

    /// <summary>Deletes a rule that still has this version.</summary>
    public static async Task<bool> DeleteAsync(RegistryTransaction transaction, Guid id, long version)
    {
        await using var command = AuditTables.Command(transaction, "DELETE FROM alert_rules WHERE id = $1 AND row_version = $2 AND NOT built_in");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(version);
        return await command.ExecuteNonQueryAsync(transaction.CancellationToken) == 1;
    }

    private static void AddValues(NpgsqlCommand command, AlertRule rule)
    {
        command.Parameters.AddWithValue(rule.Id);
        command.Parameters.AddWithValue(rule.Name);
        command.Parameters.AddWithValue(JsonSerializer.Serialize(rule.Condition, WireJson.Options));
        command.Parameters.AddWithValue(rule.Enabled);
    }

    private static async Task<List<AlertRule>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rules = new List<AlertRule>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rules.Add(AlertRule.Read(reader));
        }

        return rules;
    }
}
