using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Runner.Worker.Runs.Queues;

/// <summary>A consumer that says when the broker has ended it, as it does when the queue is deleted.</summary>
/// <remarks>Its channel stays open then and nothing else tells; the library's own event also comes for a consumer that was stopped from here.</remarks>
internal sealed class DroppableConsumer(IChannel channel, Func<Task> dropped) : AsyncEventingBasicConsumer(channel)
{
    /// <inheritdoc/>
    public override async Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        await base.HandleBasicCancelAsync(consumerTag, cancellationToken);
        await dropped();
    }
}
