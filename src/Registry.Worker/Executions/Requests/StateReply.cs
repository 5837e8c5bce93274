using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Registry.Worker.Persistence.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Executions.Requests;

/// <summary>Answers a repeated request with the state of the first one's execution (platform spec 3.9, rule 5).</summary>
internal sealed class StateReply(ReplyMessages replies)
{
    /// <summary>The payload of the last event when it has ended, else what <c>replyOn=accepted</c> would give.</summary>
    public async Task AnswerAsync(RegistryTransaction transaction, InboundEvent inbound, Guid executionId)
    {
        if (inbound.ReplyTo is not { } target)
        {
            return;
        }

        var execution = await transaction.Db.Set<Execution>().AsNoTracking()
            .SingleOrDefaultAsync(row => row.CorrelationId == executionId, transaction.CancellationToken);
        if (execution is null)
        {
            return;
        }

        var last = execution.IsFinal() ? await LastEventAsync(transaction, execution) : null;
        transaction.Send(Build(target, inbound, execution, last), executionId.ToString());
    }

    private OutboundMessage Build(ReplyTarget target, InboundEvent inbound, Execution execution, string? payload)
    {
        var context = new OutboundContext { CorrelationId = inbound.CorrelationId, TraceParent = inbound.TraceParent, TraceState = inbound.TraceState };
        if (payload is null)
        {
            var accepted = new ToolExecutionAccepted
            {
                ExecutionId = execution.CorrelationId,
                State = execution.State(),
                ApprovalId = execution.ApprovalId,
                Cap = execution.Cap,
                MatchedCap = execution.MatchedCap,
                Provider = execution.Provider,
            };
            return replies.Success(target, accepted, context);
        }

        switch (execution.State())
        {
            case ExecutionState.Completed:
                var completed = Read<ToolExecutionResult>(payload);
                return replies.Success(target, execution.Result is null || execution.ResultRef is not null ? completed : completed with { Result = Read<JsonElement>(execution.Result), ResultRef = null }, context);
            case ExecutionState.Cancelled:
                return replies.Refusal(target, Read<ToolExecutionCancelled>(payload), Errors.Cancelled(execution.CancelReason), execution.CorrelationId, context);
            default:
                var failed = Read<ToolExecutionError>(payload);
                return replies.Refusal(target, failed, failed.ErrorDetail, execution.CorrelationId, context);
        }
    }

    private static async Task<string?> LastEventAsync(RegistryTransaction transaction, Execution execution) =>
        await transaction.Db.Set<ExecutionEventRow>()
            .Where(row => row.ExecutionId == execution.CorrelationId && row.Sequence == execution.LastSequence)
            .Select(row => row.Payload)
            .SingleOrDefaultAsync(transaction.CancellationToken);

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, WireJson.Options)!;
}
