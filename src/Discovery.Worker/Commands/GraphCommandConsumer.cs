using Capns.Contracts.Executions;
using Capns.Contracts.Graph;
using Capns.Messaging;
using Capns.Messaging.Inbound;
using Capns.Messaging.Outbound;
using Capns.Messaging.Replies;
using Capns.Messaging.Topology;
using MassTransit;

namespace Capns.Discovery.Worker.Commands;

/// <summary>Carries out what people want changed in the graph, and says that it is done (queue <c>capns.discovery.commands</c>).</summary>
/// <remarks>
/// Only the platform's own logins are believed: the registry has asked for rights and written the audit log before. Answered after the commit, so a
/// command that comes again is done again, which changes nothing. The one thing that a repeat would see otherwise is a relation that its first
/// delivery has removed: it counts as removed.
/// </remarks>
internal sealed class GraphCommandConsumer(
    IRelationCommands relations,
    IGraphRebuild graph,
    ReplyMessages replies,
    IMessagePublisher publisher,
    BusSettings bus,
    BusTopology topology,
    ILogger<GraphCommandConsumer> logger) : IConsumer<PutToolRelation>, IConsumer<RemoveToolRelation>, IConsumer<RebuildGraph>
{
    public Task Consume(ConsumeContext<PutToolRelation> context) =>
        HandleAsync(context, context.Message.CommandId, (relation, _) => relations.PutAsync(relation, context.CancellationToken));

    public Task Consume(ConsumeContext<RemoveToolRelation> context) => HandleAsync(context, context.Message.CommandId, async (relation, delivery) =>
    {
        var result = await relations.DeleteAsync(relation, context.CancellationToken);
        return result is { Outcome: GraphCommandOutcome.Absent, Refusal: null } && delivery.Redelivered ? new CommandResult(GraphCommandOutcome.Removed) : result;
    });

    public Task Consume(ConsumeContext<RebuildGraph> context) => HandleAsync(context, context.Message.JobId, async (_, _) =>
    {
        await graph.RebuildAsync(context.CancellationToken);
        return new CommandResult(GraphCommandOutcome.Started);
    });

    private async Task HandleAsync<T>(ConsumeContext<T> context, Guid id, Func<T, CommandDelivery, Task<CommandResult>> handle)
        where T : class
    {
        var delivery = CommandDelivery.Of(context.ReceiveContext, bus, topology);
        var name = OutboundDocuments.NameOf(typeof(T));
        if (!bus.IsPlatformUser(delivery.AmqpUser))
        {
            Log.CommandNotBelieved(logger, name, id, delivery.AmqpUser ?? "(unknown)");
            return;
        }

        var (outcome, refusal) = await handle(context.Message, delivery);
        Log.CommandDone(logger, name, id, refusal?.Code ?? outcome.ToString());
        if (delivery.ReplyTo is { } target)
        {
            var carried = new OutboundContext { CorrelationId = delivery.CorrelationId };
            await publisher.PublishAsync(
                refusal is null
                    ? replies.Success(target, new GraphCommandDone { CommandId = id, Outcome = outcome }, carried)
                    : replies.Refusal(target, new ToolRequestRefused { Request = name, RequestId = id.ToString(), Error = refusal }, refusal, executionId: null, carried),
                context.CancellationToken);
        }
    }
}
