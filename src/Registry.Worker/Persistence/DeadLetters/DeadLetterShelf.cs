using Capns.Hosting.Secrets;
using Capns.Messaging;
using Capns.Messaging.Broker;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Persistence.Transactions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Registry.Worker.Persistence.DeadLetters;

/// <summary>Keeps dead letters in PostgreSQL (platform spec 3.11, rule 4). Acknowledged when the row is committed.</summary>
/// <remarks>
/// Reads the queue with the plain client: a dead letter may be anything, so no deserializer can stand before it. Delivered
/// twice, it is kept twice.
/// </remarks>
internal sealed partial class DeadLetterShelf(
    BusSettings bus, ITopologyDeclarer topology, RegistryTransactions transactions, ISealer sealer, IAuditTrail audit, TimeProvider time, ILogger<DeadLetterShelf> logger) : BackgroundService
{
    private const ushort Prefetch = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested && bus.Consumes(QueueNames.DeadLetters))
        {
            try
            {
                await ConsumeAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogPaused(exception.Message);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    /// <summary>Until the connection ends.</summary>
    private async Task ConsumeAsync(CancellationToken stoppingToken)
    {
        await topology.EnsureAsync(stoppingToken);
        var factory = new ConnectionFactory
        {
            Uri = bus.RabbitMqUrl,
            UserName = bus.User,
            Password = bus.Password,
            VirtualHost = bus.VirtualHost,
            AutomaticRecoveryEnabled = false,
            ConsumerDispatchConcurrency = 1,
        };
        await using var connection = await factory.CreateConnectionAsync("capns-dead-letters", stoppingToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, Prefetch, false, stoppingToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.UnregisteredAsync += (_, _) =>
        {
            // The broker ends a consumer whose queue is deleted, and leaves its channel open.
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        consumer.ReceivedAsync += async (_, delivery) => await KeepAsync(channel, delivery, stoppingToken);
        await channel.BasicConsumeAsync(QueueNames.DeadLetters, autoAck: false, consumer, stoppingToken);
        await ended.Task.WaitAsync(stoppingToken);
    }

    private async Task KeepAsync(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken stoppingToken)
    {
        try
        {
            var row = DeadLetterSeal.Close(DeadLetterReader.Read(delivery, bus, time.GetUtcNow()), sealer);
            await transactions.RunAsync(row.Id, transaction => Keep(transaction, row, delivery.Body.Length), stoppingToken);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, stoppingToken);
            LogKept(row.Queue, row.Reason, row.Detail);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogPaused(exception.Message);
            await Task.Delay(Pause, time, stoppingToken);
            await channel.BasicNackAsync(delivery.DeliveryTag, multiple: false, requeue: true, stoppingToken);
        }
    }

    private Task Keep(RegistryTransaction transaction, DeadLetterRow row, int bytes)
    {
        transaction.Db.Add(row);
        audit.Append(transaction, new AuditEntry
        {
            Actor = PlatformCaller.Instance,
            Action = "dead-letter.keep",
            ObjectKind = "dead-letter",
            ObjectId = row.Id.ToString(),
            Outcome = AuditOutcome.Failed,
            Details = new() { ["queue"] = row.Queue, ["reason"] = row.Reason, ["bytes"] = bytes },
        });
        return Task.CompletedTask;
    }

    [LoggerMessage(EventId = 3151, Level = LogLevel.Warning, Message = "Dead letter of queue {Queue} kept: {Reason}: {Detail}")]
    private partial void LogKept(string queue, string reason, string? detail);

    [LoggerMessage(EventId = 3152, Level = LogLevel.Warning, Message = "Keeping of dead letters pauses: {Reason}")]
    private partial void LogPaused(string reason);
}
