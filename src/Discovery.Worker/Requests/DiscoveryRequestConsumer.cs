using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Catalogue;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using MassTransit;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Answers <c>tool.discovery.requested</c> as an event and as a reply (platform spec 3.8, 3.20, 3.21).</summary>
/// <remarks>Delivered twice, it answers twice, from what the catalogue then holds; nothing is changed by a question.</remarks>
internal sealed class DiscoveryRequestConsumer(
    CatalogueWatch catalogue,
    OutboundDocuments documents,
    ReplyMessages replies,
    IMessagePublisher publisher,
    DiscoveryMeter meter,
    TimeProvider time,
    ILogger<DiscoveryRequestConsumer> logger) : IConsumer<InboundEvent>
{
    public async Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        var carried = new OutboundContext { CorrelationId = inbound.CorrelationId, TraceParent = inbound.TraceParent, TraceState = inbound.TraceState };
        var (request, refusal) = DiscoveryRules.Read(inbound.Payload);
        if (request is null)
        {
            await RefuseAsync(inbound, refusal!, carried, context.CancellationToken);
            return;
        }

        var mode = DiscoveryRules.Mode(request);
        var snapshot = catalogue.Current;
        var words = (request.Query ?? request.Intent)?.Trim();
        IReadOnlyList<CatalogueTool> found = DiscoveryRules.NeedsGraph(mode)
            ? []
            : [.. snapshot.Tools.Where(tool => tool.Availability == ToolAvailability.Yes
                && (tool == snapshot.Find(request.ToolId?.Trim() ?? "") || tool.Slug == words || tool.Name == words))];
        var answer = DiscoveryAnswer.To(request, found, snapshot.Revision, time.GetUtcNow());
        var messages = new List<OutboundMessage> { documents.Event(answer, carried) };
        if (inbound.ReplyTo is { } target)
        {
            messages.Add(replies.Success(target, answer, carried));
        }

        await SendAsync(messages, context.CancellationToken);
        meter.Requested(mode);
        Log.Answered(logger, request.RequestId ?? "", mode, answer.Recommendations.Count);
    }

    private async Task RefuseAsync(InboundEvent inbound, ErrorDetail error, OutboundContext carried, CancellationToken cancellationToken)
    {
        if (inbound.ReplyTo is { } target)
        {
            var refused = new ToolRequestRefused { Request = inbound.EventName, RequestId = RequestId(inbound), Error = error };
            await SendAsync([replies.Refusal(target, refused, error, executionId: null, carried)], cancellationToken);
        }

        meter.Requested(DiscoveryMeter.Refused);
        Log.Refused(logger, inbound.Source, error.Code, error.Message);
    }

    /// <summary>Throws what the publisher met, so that the request stays unacknowledged until its answer is confirmed.</summary>
    private async Task SendAsync(List<OutboundMessage> messages, CancellationToken cancellationToken)
    {
        var report = await publisher.PublishAsync(messages, cancellationToken);
        if (report.Unconfirmed.Count > 0)
        {
            throw new MessageNotConfirmedException($"{report.Unconfirmed.Count} of {messages.Count} messages of an answer are not confirmed.", report.Failure);
        }
    }

    private static string? RequestId(InboundEvent inbound) =>
        inbound.Payload.TryGetProperty("requestId", out var id) && id.ValueKind == System.Text.Json.JsonValueKind.String && id.GetString() is { Length: <= DiscoveryRules.LongestId } text
            ? text
            : null;
}
