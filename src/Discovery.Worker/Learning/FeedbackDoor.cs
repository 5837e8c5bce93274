using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;

namespace Capns.Discovery.Worker.Learning;

/// <summary>Takes feedback in, or refuses it to whoever gave a reply target. What it refuses is never retried.</summary>
internal sealed class FeedbackDoor(
    LearningStore store,
    CatalogueWatch catalogue,
    ILearningRights rights,
    ReplyMessages replies,
    IMessagePublisher publisher,
    LearningMeter meter,
    TimeProvider time,
    ILogger<FeedbackDoor> logger)
{
    /// <exception cref="System.Data.Common.DbException">The database is away.</exception>
    /// <exception cref="MessageNotConfirmedException">The broker has not confirmed a refusal.</exception>
    public async Task TakeAsync(InboundEvent inbound, CancellationToken cancellationToken)
    {
        var (feedback, refusal) = await ReadAsync(inbound, cancellationToken);
        refusal ??= await rights.CheckAsync(inbound, feedback!.AgentId, cancellationToken);
        if (refusal is null)
        {
            var result = await store.ApplyAsync(feedback!, cancellationToken);
            refusal = Refusal(result, feedback!);
            if (refusal is null)
            {
                meter.Took("feedback", result == LearningResult.Applied ? "applied" : "repeated");
                LearningLog.Feedback(logger, feedback!.EventId, feedback.ToolId, result);
                return;
            }
        }

        await RefuseAsync(inbound, refusal, cancellationToken);
    }

    // A tool may be newer than what this instance has read.
    private async Task<(Feedback? Feedback, ErrorDetail? Refusal)> ReadAsync(InboundEvent inbound, CancellationToken cancellationToken)
    {
        var read = FeedbackRules.Read(inbound.Payload, catalogue.Current, time.GetUtcNow());
        return read.Refusal?.Code == ErrorCodes.ToolNotFound.Code && await catalogue.RefreshAsync(cancellationToken)
            ? FeedbackRules.Read(inbound.Payload, catalogue.Current, time.GetUtcNow())
            : read;
    }

    private static ErrorDetail? Refusal(LearningResult result, Feedback feedback) => result switch
    {
        LearningResult.Reused => Refusals.Of(
            ErrorCodes.IdempotencyKeyReused,
            $"eventId \"{feedback.EventId}\" was sent before with another content. Send each event under an id of its own."),
        LearningResult.OtherTool => Refusals.Of(
            ErrorCodes.InvalidRequest, $"executionId {feedback.ExecutionId} ran another tool than toolId {feedback.ToolId}."),
        _ => null,
    };

    private async Task RefuseAsync(InboundEvent inbound, ErrorDetail error, CancellationToken cancellationToken)
    {
        if (inbound.ReplyTo is { } target)
        {
            var carried = new OutboundContext
            {
                CorrelationId = inbound.CorrelationId,
                TraceParent = inbound.TraceParent,
                TraceState = inbound.TraceState,
            };
            var refused = new ToolRequestRefused { Request = inbound.EventName, Error = error };
            var report = await publisher.PublishAsync([replies.Refusal(target, refused, error, executionId: null, carried)], cancellationToken);
            if (report.Unconfirmed.Count > 0)
            {
                throw new MessageNotConfirmedException("The refusal of feedback is not confirmed.", report.Failure);
            }
        }

        meter.Took("feedback", LearningMeter.Refused);
        LearningLog.Refused(logger, inbound.Source, error.Code, error.Message);
    }
}
