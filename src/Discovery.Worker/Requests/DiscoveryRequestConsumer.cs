using System.Text.Json;
using Capns.Access.Messages;
using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Rights;
using Capns.Hosting.Redis;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using MassTransit;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Answers <c>tool.discovery.requested</c> as an event and as a reply (platform spec 3.8, 3.20, 3.21).</summary>
/// <remarks>Delivered twice, it answers twice, from what is then known; nothing is changed by a question.</remarks>
internal sealed class DiscoveryRequestConsumer(
    ICallerRights callers,
    DiscoveryAnswers answers,
    AskingAgents agents,
    OutboundDocuments documents,
    ReplyMessages replies,
    IMessagePublisher publisher,
    DiscoveryMeter meter,
    ILogger<DiscoveryRequestConsumer> logger) : IConsumer<InboundEvent>
{
    public async Task Consume(ConsumeContext<InboundEvent> context)
    {
        var inbound = context.Message;
        var carried = new OutboundContext { CorrelationId = inbound.CorrelationId, TraceParent = inbound.TraceParent, TraceState = inbound.TraceState };
        var (question, refusal) = DiscoveryRules.Read(inbound.Payload);
        if (question is null)
        {
            await RefuseAsync(inbound, refusal!, carried, context.CancellationToken);
            return;
        }

        var (rights, denied) = await callers.ReadAsync(inbound, question.Request.UserId, question.Request.AgentId, context.CancellationToken);
        if (rights is null)
        {
            await RefuseAsync(inbound, denied!, carried, context.CancellationToken);
            return;
        }

        var (answer, unanswerable) = await answers.AnswerAsync(question, rights, "discovery", context.CancellationToken);
        if (answer is null)
        {
            await RefuseAsync(inbound, unanswerable!, carried, context.CancellationToken);
            return;
        }

        var messages = new List<OutboundMessage> { documents.Event(answer, carried) };
        if (inbound.ReplyTo is { } target)
        {
            messages.Add(replies.Success(target, answer, carried));
        }

        await SendAsync(messages, context.CancellationToken);
        meter.Requested(question.Mode);
        Log.Answered(logger, question.Request.RequestId ?? "", question.Mode, answer.Recommendations.Count);
        await RememberAsync(question, rights);
    }

    /// <summary>So that the agent can be told when its tools change; lost when Redis is away, until it asks again.</summary>
    private async Task RememberAsync(DiscoveryQuestion question, RightsFilter rights)
    {
        if (question is { Mode: DiscoveryMode.Recommend, Request.AgentId: { Length: > 0 } agent } && agents.CanBeAsked)
        {
            try
            {
                await agents.AskedAsync(agent, CallerHeader.Write(rights.Caller));
            }
            catch (RedisAwayException exception)
            {
                Log.NotRemembered(logger, agent, exception.Message);
            }
        }
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
        inbound.Payload.TryGetProperty("requestId", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: <= DiscoveryBounds.LongestId } text
            ? text
            : null;
}
