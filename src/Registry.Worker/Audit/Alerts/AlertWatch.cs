using System.Text.Json;
using Capns.Contracts.Audit;
using Capns.Contracts.Json;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Persistence.Transactions;
using Npgsql;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>Holds the rules against what was sealed, in the transaction that seals it; so an alert is sent if, and only if, that is committed.</summary>
/// <remarks>At most once per window and subject: the row of the last firing decides, whichever instance seals. Thread-safe.</remarks>
internal sealed class AlertWatch(RegistryTransactions transactions, OutboundDocuments documents)
{
    /// <summary>The built-in rule for chains.</summary>
    public static readonly Guid BrokenChain = new("a0000000-0000-4000-8000-000000000005");

    private const int MaxIds = 20;

    /// <summary>Longest window of a rule; who fired longer ago may fire.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(86_400);

    /// <summary>Fires the rules whose threshold is reached with these entries.</summary>
    public async Task LookAsync(RegistryTransaction transaction, IReadOnlyList<AuditRecord> entries)
    {
        foreach (var rule in await RulesAsync(transaction))
        {
            var hits = entries.Where(rule.Condition.Match.Fits).ToList();
            if (hits.Count > 0)
            {
                await WeighAsync(transaction, rule, hits);
            }
        }
    }

    /// <summary>Forgets firings that no window reaches back to.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken) => await transactions.RunAsync(
        Guid.CreateVersion7(),
        async transaction =>
        {
            await using var command = AuditTables.Command(transaction, "DELETE FROM alert_firings WHERE fired_at < $1");
            command.Parameters.AddWithValue(transaction.Now - Longest);
            await command.ExecuteNonQueryAsync(transaction.CancellationToken);
        },
        cancellationToken);

    /// <summary>A chain was found broken.</summary>
    public async Task ChainBrokenAsync(string chain, string summary, CancellationToken cancellationToken) => await transactions.RunAsync(
        Guid.CreateVersion7(), transaction => ChainBrokenAsync(transaction, chain, summary), cancellationToken);

    /// <inheritdoc cref="ChainBrokenAsync(string, string, CancellationToken)"/>
    public async Task ChainBrokenAsync(RegistryTransaction transaction, string chain, string summary)
    {
        var rule = (await RulesAsync(transaction)).Find(one => one.Id == BrokenChain);
        if (rule is not null && await MayFireAsync(transaction, rule, $"chain:{chain}"))
        {
            await FireAsync(transaction, rule, new AlertWindow(1, transaction.Now, transaction.Now), [], summary, null, null);
        }
    }

    private async Task WeighAsync(RegistryTransaction transaction, AlertRule rule, List<AuditRecord> hits)
    {
        var counted = rule.Condition.Threshold == 1 ? null : await AlertCount.CountAsync(transaction, rule, hits);
        foreach (var group in hits.GroupBy(rule.Condition.SubjectOf, StringComparer.Ordinal))
        {
            var window = counted is null ? new AlertWindow(group.Count(), group.Min(hit => hit.At), group.Max(hit => hit.At)) : counted.GetValueOrDefault(group.Key);
            if (window is null || !await MayFireAsync(transaction, rule, group.Key))
            {
                continue;
            }

            var ids = counted is null ? [.. group.TakeLast(MaxIds).Select(hit => hit.Id)] : await AlertCount.IdsAsync(transaction, rule, group.Key, window);
            var last = group.MaxBy(hit => hit.At)!;
            var actor = rule.Condition.Per == "actor" || group.All(hit => hit.ActorId == last.ActorId) ? last.ActorId : null;
            var tool = last.ObjectKind == "tool" ? last.ObjectId : ToolOf(last);
            var times = window.Count == 1 ? "once" : $"{window.Count} times";
            var summary = $"{rule.Name}: {last.Action} ({last.Outcome}{(last.Code is null ? "" : $", {last.Code}")}) of {last.ObjectKind} {last.ObjectId} by {last.ActorId}, "
                + $"{times} within {rule.Condition.WindowSeconds} s.";
            await FireAsync(transaction, rule, window, ids, summary, tool, actor);
        }
    }

    private async Task FireAsync(
        RegistryTransaction transaction, AlertRule rule, AlertWindow found, IReadOnlyList<Guid> ids, string summary, string? tool, string? actor)
    {
        var alert = new ToolAuditAlert
        {
            Rule = rule.Name,
            Severity = rule.Condition.Severity,
            Summary = summary,
            Count = (int)Math.Min(found.Count, int.MaxValue),
            FirstAt = found.FirstAt,
            LastAt = found.LastAt,
            AuditIds = ids.Count == 0 ? null : [.. ids.Select(id => id.ToString())],
            ToolId = tool,
            ActorId = actor,
        };
        transaction.Send(documents.Event(alert), $"audit-alert:{rule.Id}");
        await using var mark = AuditTables.Command(transaction, "UPDATE alert_rules SET last_fired_at = $2 WHERE id = $1");
        mark.Parameters.AddWithValue(rule.Id);
        mark.Parameters.AddWithValue(transaction.Now);
        await mark.ExecuteNonQueryAsync(transaction.CancellationToken);
        if (rule.Condition.Webhook is { } url)
        {
            await WebhookQueue.AddAsync(transaction, rule.Id, url, JsonSerializer.SerializeToUtf8Bytes(alert, WireJson.Options));
        }
    }

    private static async Task<bool> MayFireAsync(RegistryTransaction transaction, AlertRule rule, string subject)
    {
        await using var command = AuditTables.Command(
            transaction,
            """
            INSERT INTO alert_firings (rule_id, subject, fired_at) VALUES ($1, $2, $3)
            ON CONFLICT (rule_id, subject) DO UPDATE SET fired_at = excluded.fired_at
            WHERE alert_firings.fired_at <= excluded.fired_at - make_interval(secs => $4)
            """);
        command.Parameters.AddWithValue(rule.Id);
        command.Parameters.AddWithValue(subject);
        command.Parameters.AddWithValue(transaction.Now);
        command.Parameters.AddWithValue((double)rule.Condition.WindowSeconds);
        return await command.ExecuteNonQueryAsync(transaction.CancellationToken) == 1;
    }

    private static async Task<List<AlertRule>> RulesAsync(RegistryTransaction transaction)
    {
        await using var command = AuditTables.Command(transaction, $"SELECT {AlertRule.Columns} FROM alert_rules WHERE enabled ORDER BY name");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(transaction.CancellationToken);
        var rules = new List<AlertRule>();
        while (await reader.ReadAsync(transaction.CancellationToken))
        {
            rules.Add(AlertRule.Read(reader));
        }

        return rules;
    }

    private static string? ToolOf(AuditRecord record)
    {
        if (record.Details is null)
        {
            return null;
        }

        using var details = JsonDocument.Parse(record.Details);
        return details.RootElement.TryGetProperty("toolId", out var tool) && tool.ValueKind == JsonValueKind.String ? tool.GetString() : null;
    }
}
