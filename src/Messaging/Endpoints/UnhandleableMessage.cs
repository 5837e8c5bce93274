using Capns.Messaging.Inbound;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Capns.Messaging.Endpoints;

/// <summary>A delivery that no handler gets to see.</summary>
/// <param name="Unreadable">Why it can never be handled. Absent: an own event, which is dropped.</param>
[ExcludeFromTopology]
internal sealed record UnhandleableMessage(Unreadable? Unreadable);

/// <summary>Dead-letters what can never be handled, then lets it be acknowledged (platform spec 3.11, rule 2).</summary>
/// <remarks>Delivered twice, the dead letter is stored twice at most; nothing is lost.</remarks>
internal sealed class UnhandleableMessageConsumer(string queue, DeadLetters deadLetters, ILogger log) : IConsumer<UnhandleableMessage>
{
    public Task Consume(ConsumeContext<UnhandleableMessage> context)
    {
        if (context.Message.Unreadable is { } unreadable)
        {
            return deadLetters.SendAsync(queue, context.ReceiveContext, unreadable, context.CancellationToken);
        }

        Log.OwnEventDropped(log, queue);
        return Task.CompletedTask;
    }
}

/// <summary>A message that arrived on a queue whose endpoint has no consumer for it.</summary>
internal sealed class NoConsumerFilter(string queue, DeadLetters deadLetters) : IFilter<ReceiveContext>
{
    public void Probe(ProbeContext context) => context.CreateFilterScope("capns-no-consumer");

    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => deadLetters.SendAsync(
        queue,
        context,
        new Unreadable(UnreadableReason.WrongQueue, $"Nothing that consumes queue {queue} handles this message."),
        context.CancellationToken);
}
