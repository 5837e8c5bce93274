using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Events;

/// <summary>Appends a runner's progress events to the event log.</summary>
internal static class EventLog
{
    /// <summary>Appends those that are not there yet: a repeated report has the same sequence numbers.</summary>
    public static async Task AppendAsync(RegistryTransaction transaction, Guid executionId, IReadOnlyList<ToolExecutionProgress> events)
    {
        var sequences = events.Select(progress => progress.Sequence).ToArray();
        var kinds = events.Select(progress => JsonNamingPolicy.KebabCaseLower.ConvertName(progress.Kind.ToString())).ToArray();
        var payloads = events.Select(progress => JsonSerializer.Serialize(progress, WireJson.Options)).ToArray();
        var times = events.Select(progress => progress.Timestamp.ToUniversalTime()).ToArray();
        await transaction.Db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO execution_events (execution_id, sequence, type, status, state, kind, payload, created_at)
            SELECT {executionId}, e.sequence, {EventNames.ExecutionProgress}, 'progress', 'running', e.kind, e.payload::json, e.created_at
            FROM unnest({sequences}, {kinds}, {payloads}, {times}) AS e (sequence, kind, payload, created_at)
            ON CONFLICT DO NOTHING
            """,
            transaction.CancellationToken);
    }
}
