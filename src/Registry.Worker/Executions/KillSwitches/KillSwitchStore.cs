using System.Text.Json.Nodes;
using Capns.Contracts.Running;
using Capns.Messaging.Outbound;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Persistence.Transactions;
using Capns.Registry.Worker.Streams.Live.Announcements;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Capns.Registry.Worker.Executions.KillSwitches;

/// <summary>Sets and lifts kill switches: the row, the marks on executions, the signal to every instance and the audit entry in one transaction (platform spec 5.11). Thread-safe.</summary>
internal sealed class KillSwitchStore(RegistryTransactions transactions, OutboundDocuments documents, IAuditTrail audit, NpgsqlDataSource database, IEnumerable<ILiveAnnouncements> rooms)
{
    /// <summary>Key of the signal that says that the switches have changed.</summary>
    public const string SignalKey = "kill-switches";

    // Everything that has not ended, and whose end is not due already because of a switch. Rows that other transactions store at this
    // moment cannot be seen; the watch repeats it.
    private const string Mark = """
        UPDATE executions SET kill_reason = coalesce(executions.kill_reason, switch.sentence), due_at = now()
        FROM (SELECT tool_id, (CASE scope WHEN 'global' THEN 'All tools are' ELSE 'The tool is' END) || ' stopped by an operator: ' || reason AS sentence
              FROM kill_switches WHERE mode = 'stop') AS switch
        WHERE executions.status IN ('pending', 'approval-required', 'queued', 'running', 'retrying')
          AND (switch.tool_id = '00000000-0000-0000-0000-000000000000' OR executions.tool_id = switch.tool_id)
          AND (executions.kill_reason IS NULL OR executions.due_at > now())
        """;

    private static readonly Guid Key = new("0e0d6f3c-5f43-4b53-8c5c-6d1e3b1f7a55");

    /// <summary>Sets a switch; one that is set already gets the new mode and reason.</summary>
    public async Task<KillSwitch> SetAsync(Guid? toolId, string mode, string reason, Actor actor, CancellationToken cancellationToken)
    {
        KillSwitch? set = null;
        await transactions.RunAsync(
            Key,
            async transaction =>
            {
                set = new KillSwitch { Scope = toolId is null ? "global" : "tool", ToolId = toolId, Mode = mode, Reason = reason, SetBy = actor.Caller.Id, SetAt = transaction.Now };
                var (scope, id) = (set.Scope, toolId ?? Guid.Empty);
                await transaction.Db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO kill_switches (scope, tool_id, mode, reason, set_by, set_at) VALUES ({scope}, {id}, {mode}, {reason}, {set.SetBy}, {set.SetAt})
                    ON CONFLICT (scope, tool_id) DO UPDATE SET mode = excluded.mode, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at
                    """,
                    transaction.CancellationToken);
                if (mode == "stop")
                {
                    await transaction.Db.Database.ExecuteSqlRawAsync(Mark, transaction.CancellationToken);
                    Tell(transaction, new ControlSignal { Kind = ControlKind.Kill, ToolId = toolId, Force = true });
                }

                Tell(transaction, new ControlSignal { Kind = ControlKind.Invalidate, ToolId = toolId, Keys = [SignalKey] });
                audit.Append(transaction, Entry(actor, "kill-switch.set", toolId, new JsonObject { ["mode"] = mode, ["reason"] = reason }));
                Announce(transaction, toolId, actor, mode == "stop" ? "Kill switch: stop" : "Kill switch: block", set.Sentence, "critical");
            },
            cancellationToken);
        return set!;
    }

    /// <summary>Lifts a switch. What it has stopped stays ended.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> LiftAsync(Guid? toolId, Actor actor, CancellationToken cancellationToken)
    {
        var lifted = false;
        await transactions.RunAsync(
            Key,
            async transaction =>
            {
                var id = toolId ?? Guid.Empty;
                lifted = await transaction.Db.Database.ExecuteSqlAsync($"DELETE FROM kill_switches WHERE tool_id = {id}", transaction.CancellationToken) > 0;
                if (lifted)
                {
                    Tell(transaction, new ControlSignal { Kind = ControlKind.Invalidate, ToolId = toolId, Keys = [SignalKey] });
                    audit.Append(transaction, Entry(actor, "kill-switch.lift", toolId, null));
                    Announce(transaction, toolId, actor, "Kill switch lifted", toolId is null ? "Tools may run again." : "The tool may run again.", "info");
                }
            },
            cancellationToken);
        return lifted;
    }

    /// <summary>All that are set.</summary>
    public static async Task<IReadOnlyList<KillSwitch>> ReadAsync(RegistryDbContext db, CancellationToken cancellationToken)
    {
        var rows = await db.Database.SqlQuery<Row>(
            $"""SELECT scope AS "Scope", tool_id AS "ToolId", mode AS "Mode", reason AS "Reason", set_by AS "SetBy", set_at AS "SetAt" FROM kill_switches ORDER BY set_at, tool_id""")
            .ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(row => new KillSwitch
            {
                Scope = row.Scope,
                ToolId = row.ToolId == Guid.Empty ? null : row.ToolId,
                Mode = row.Mode,
                Reason = row.Reason,
                SetBy = row.SetBy,
                SetAt = row.SetAt,
            }),
        ];
    }

    /// <summary>Marks what a switch of mode <c>stop</c> has to end and that has no mark yet.</summary>
    /// <returns>How many were marked.</returns>
    public async Task<int> MarkAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Mark);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private void Announce(RegistryTransaction transaction, Guid? toolId, Actor actor, string title, string text, string severity) => transaction.AfterCommit(() =>
    {
        foreach (var room in rooms)
        {
            room.Announce(new Announcement { Kind = "kill-switch", Title = title, Text = text, Severity = severity, ToolId = toolId, By = actor.Caller.Id });
        }
    });

    private void Tell(RegistryTransaction transaction, ControlSignal signal) => transaction.Send(documents.Event(signal), SignalKey);

    private static AuditEntry Entry(Actor actor, string action, Guid? toolId, JsonObject? details) =>
        actor.Entry(action, toolId is null ? "platform" : "tool", toolId?.ToString(), details: details);

    private sealed record Row(string Scope, Guid ToolId, string Mode, string Reason, string SetBy, DateTimeOffset SetAt);
}
