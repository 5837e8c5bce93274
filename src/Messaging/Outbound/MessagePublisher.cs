using System.Threading.RateLimiting;
using Capns.Messaging.Broker;
using Capns.Messaging.Topology;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Capns.Messaging.Outbound;

internal sealed class MessagePublisher(
    BrokerConnection broker, BusTopology topology, BusSettings settings, TimeProvider clock, ILogger<MessagePublisher> log)
    : IMessagePublisher, IAsyncDisposable
{
    private const int MostOutstanding = 256;

    /// <summary>How long one try waits for its confirm: after a lost connection it may never come.</summary>
    private static readonly TimeSpan ConfirmTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TotalTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ExchangeProbe _probe = new(broker);
    private IChannel? _channel;

    public async Task PublishAsync(OutboundMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!topology.IsOwnExchange(message.Exchange) && !await TargetExistsAsync(message, cancellationToken))
        {
            return;
        }

        await SendAsync(message.Exchange, message.RoutingKey, Properties(message), message.Body, cancellationToken);
    }

    public async Task<PublishReport> PublishAsync(IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var sending = new Task[messages.Count];
        for (var index = 0; index < sending.Length; index++)
        {
            sending[index] = PublishAsync(messages[index], cancellationToken);
        }

        await Task.WhenAll(sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return new PublishReport(
            [.. messages.Where((_, index) => sending[index].IsCompletedSuccessfully).Select(message => message.Id)],
            [.. messages.Where((_, index) => !sending[index].IsCompletedSuccessfully).Select(message => message.Id)],
            sending.FirstOrDefault(task => task.IsFaulted)?.Exception?.InnerException);
    }

    /// <summary>Sends a body with any properties; the login is set here.</summary>
    /// <exception cref="MessageNotConfirmedException">No confirm within 30 s.</exception>
    internal async Task SendAsync(
        string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        properties.UserId = settings.User;
        properties.DeliveryMode = DeliveryModes.Persistent;
        var started = clock.GetTimestamp();
        using var total = new CancellationTokenSource(TotalTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(total.Token, cancellationToken);
        for (; ; )
        {
            try
            {
                await TrySendAsync(exchange, routingKey, properties, body, either.Token);
                return;
            }
            catch (Exception failure) when (failure is not TopologyConflictException && !cancellationToken.IsCancellationRequested)
            {
                if (clock.GetElapsedTime(started) >= TotalTime)
                {
                    throw new MessageNotConfirmedException(
                        $"Message {properties.MessageId} to exchange \"{exchange}\" was not confirmed within {TotalTime.TotalSeconds} s: {failure.Message}", failure);
                }

                Log.NotConfirmed(log, properties.MessageId, exchange, failure.Message);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is { } channel)
        {
            await channel.DisposeAsync();
        }

        await _probe.DisposeAsync();
        _gate.Dispose();
    }

    private async Task TrySendAsync(
        string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var channel = await ChannelAsync(cancellationToken);
        using var confirm = new CancellationTokenSource(ConfirmTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(confirm.Token, cancellationToken);
        try
        {
            await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body, either.Token);
        }
        catch (PublishException refusal) when (refusal.IsReturn)
        {
            Log.Unroutable(log, properties.MessageId, exchange, routingKey);
            BusMeter.Unroutable(properties.Type ?? "other");
        }
        catch (OperationCanceledException) when (confirm.IsCancellationRequested)
        {
            // The channel may have lost its way; the next message opens another one.
            await ForgetAsync(channel);
            throw new TimeoutException($"no confirm within {ConfirmTime.TotalSeconds} s");
        }
    }

    private async ValueTask<IChannel> ChannelAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_channel is { IsOpen: true } meanwhile)
            {
                return meanwhile;
            }

            var connection = await broker.GetAsync(cancellationToken);
            return _channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(
                    publisherConfirmationsEnabled: true,
                    publisherConfirmationTrackingEnabled: true,
                    outstandingPublisherConfirmationsRateLimiter: new ConcurrencyLimiter(new ConcurrencyLimiterOptions
                    {
                        PermitLimit = MostOutstanding,
                        QueueLimit = int.MaxValue,
                        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
                    })),
                cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ForgetAsync(IChannel channel)
    {
        Interlocked.CompareExchange(ref _channel, null, channel);
        await channel.AbortAsync();
    }

    // A reply's exchange belongs to somebody else and may be gone; publishing to it would close the channel under everybody.
    private async Task<bool> TargetExistsAsync(OutboundMessage message, CancellationToken cancellationToken)
    {
        if (await _probe.ExistsAsync(message.Exchange, cancellationToken))
        {
            return true;
        }

        Log.ReplyDropped(log, message.Id.ToString(), message.Exchange);
        BusMeter.ReplyDropped();
        return false;
    }

    private BasicProperties Properties(OutboundMessage message) => new()
    {
        MessageId = message.Id.ToString(),
        Type = message.Type,
        ContentType = message.ContentType,
        Timestamp = new AmqpTimestamp(message.Timestamp.ToUnixTimeSeconds()),
        AppId = settings.ServiceName,
        CorrelationId = message.CorrelationId,
        Headers = message.Headers.ToDictionary(header => header.Key, object? (header) => header.Value),
    };
}
