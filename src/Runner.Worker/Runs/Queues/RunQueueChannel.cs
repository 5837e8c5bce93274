using System.Globalization;
using Capns.Contracts;
using Capns.Contracts.Running;
using Capns.Messaging;
using Capns.Messaging.Outbound;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Runner.Worker.Runs.Queues;

/// <summary>Hands what is delivered on the run queues and on <c>capns.control</c> to those who handle it.</summary>
internal sealed class RunQueueChannel(
    RunProcessor processor,
    RunsInHand runs,
    IMessagePublisher publisher,
    BusSettings bus,
    RunnerOptions options,
    TimeProvider time,
    ILogger<RunQueueChannel> logger)
{
    private static readonly ushort ControlPrefetch = 50;

    /// <summary>Consumes one run queue. A delivery is handed on at once and acknowledged by whoever handles it.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="queue">Its name; it exists.</param>
    /// <param name="priority">What its commands are worth.</param>
    /// <param name="dropped">Called when the broker itself ends the consumer.</param>
    /// <param name="lost">Cancelled when the connection is gone.</param>
    /// <returns>The channel, and the tag to stop with.</returns>
    public async Task<(IChannel Channel, string Tag)> ConsumeRunsAsync(
        IConnection connection, string queue, Priority priority, Func<Task> dropped, CancellationToken lost)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: lost);
        var numbers = bus.QueueSettings.GetValueOrDefault(queue);
        var prefetch = numbers?.Prefetch ?? numbers?.Concurrency ?? RunSlots.Share(options.Slots, priority);
        await channel.BasicQosAsync(0, (ushort)Math.Min(prefetch, ushort.MaxValue), global: false, lost);
        var consumer = new DroppableConsumer(channel, dropped);
        consumer.ReceivedAsync += async (_, delivered) =>
        {
            if (BrokerDocument.TryRead<RunTool>(delivered.Body.Span, out var order, out var reason))
            {
                var delivery = new RunDelivery(order, delivered.Redelivered, channel, delivered.DeliveryTag, lost);
                _ = Task.Run(() => processor.ProcessAsync(delivery), CancellationToken.None);
            }
            else
            {
                await DeadLetterAsync(queue, reason, delivered);
                await channel.BasicAckAsync(delivered.DeliveryTag, multiple: false, CancellationToken.None);
            }
        };
        return (channel, await channel.BasicConsumeAsync(queue, autoAck: false, consumer, lost));
    }

    /// <summary>Hears <c>capns.control</c> on a queue of this instance alone, which goes with the connection.</summary>
    public async Task<IChannel> ConsumeControlAsync(
        IConnection connection, string queue, string exchange, Func<Task> dropped, CancellationToken lost)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: lost);
        await channel.BasicQosAsync(0, ControlPrefetch, global: false, lost);
        await channel.QueueDeclareAsync(queue, durable: false, exclusive: true, autoDelete: true, cancellationToken: lost);
        await channel.QueueBindAsync(queue, exchange, "", cancellationToken: lost);
        var consumer = new DroppableConsumer(channel, dropped);
        consumer.ReceivedAsync += async (_, delivered) =>
        {
            if (BrokerDocument.TryRead<ControlSignal>(delivered.Body.Span, out var signal, out var reason))
            {
                Obey(signal);
            }
            else
            {
                RunnerLog.Unreadable(logger, queue, reason);
            }

            await channel.BasicAckAsync(delivered.DeliveryTag, multiple: false, CancellationToken.None);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, lost);
        return channel;
    }

    private void Obey(ControlSignal signal)
    {
        switch (signal.Kind)
        {
            case ControlKind.Cancel when signal.ExecutionId is { } executionId:
                runs.Cancel(executionId, signal.Force ? TimeSpan.Zero : options.CancelGrace);
                break;
            case ControlKind.Kill:
                runs.Kill(signal.ToolId);
                break;
            default:
                // Signals for other workers.
                break;
        }
    }

    private async Task DeadLetterAsync(string queue, string reason, BasicDeliverEventArgs delivered)
    {
        RunnerLog.Unreadable(logger, queue, reason);
        var now = time.GetUtcNow();
        await publisher.PublishAsync(new OutboundMessage
        {
            Id = Guid.CreateVersion7(now),
            Exchange = bus.DeadLetterExchange,
            RoutingKey = queue,
            Body = delivered.Body.ToArray(),
            ContentType = delivered.BasicProperties.ContentType ?? "application/octet-stream",
            Type = delivered.BasicProperties.Type ?? "",
            CorrelationId = delivered.BasicProperties.CorrelationId,
            Timestamp = now,
            Headers = new Dictionary<string, string>
            {
                ["x-capns-queue"] = queue,
                ["x-capns-reason"] = reason,
                ["x-capns-detail"] = "The message is no command to run a tool.",
                ["x-capns-failed-at"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            },
        });
    }
}
