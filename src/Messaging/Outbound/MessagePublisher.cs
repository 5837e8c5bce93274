using System.Collections.Concurrent;
using Capns.Messaging.Broker;
using Capns.Messaging.Topology;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Capns.Messaging.Outbound;

internal sealed class MessagePublisher(
    BrokerConnection broker, BusTopology topology, BusSettings settings, TimeProvider clock, ILogger<MessagePublisher> log)
    : IMessagePublisher, IAsyncDisposable
{
    private const int MostOutstanding = 256;

    /// <summary>How long one try waits for its confirms: after a lost connection they may never come.</summary>
    private static readonly TimeSpan ConfirmTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TotalTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ExchangeProbe _probe = new(broker);
    private readonly ConcurrentDictionary<string, bool> _pools = new(StringComparer.Ordinal);
    private ConfirmingChannel? _channel;

    public async Task PublishAsync(OutboundMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        await SendAsync(Sent(message), cancellationToken);
    }

    public async Task<PublishReport> PublishAsync(IReadOnlyList<OutboundMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var sent = messages.Select(Sent).ToList();
        var (unsent, failure) = await SendAllAsync(sent, cancellationToken);
        return new PublishReport(
            [.. messages.Where((_, index) => !unsent.Contains(sent[index])).Select(message => message.Id)],
            [.. messages.Where((_, index) => unsent.Contains(sent[index])).Select(message => message.Id)],
            failure);
    }

    /// <summary>Sends a body with any properties; the login is set here.</summary>
    /// <exception cref="MessageNotConfirmedException">No confirm within 30 s.</exception>
    internal Task SendAsync(
        string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        SendAsync(new SentMessage(exchange, routingKey, properties, body), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _channel, null) is { } channel)
        {
            await channel.DisposeAsync();
        }

        await _probe.DisposeAsync();
        _gate.Dispose();
    }

    private async Task SendAsync(SentMessage message, CancellationToken cancellationToken)
    {
        if (await SendAllAsync([message], cancellationToken) is { Unsent.Count: > 0 } result)
        {
            throw new MessageNotConfirmedException(
                $"Message {message.Properties.MessageId} to exchange \"{message.Exchange}\" was not confirmed within {TotalTime.TotalSeconds} s: "
                + result.Failure?.Message,
                result.Failure);
        }
    }

    private async Task<(IReadOnlyCollection<SentMessage> Unsent, Exception? Failure)> SendAllAsync(
        IReadOnlyList<SentMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
        {
            message.Properties.UserId = settings.User;
            message.Properties.DeliveryMode = DeliveryModes.Persistent;
        }

        var started = clock.GetTimestamp();
        using var total = new CancellationTokenSource(TotalTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(total.Token, cancellationToken);
        for (var waiting = messages; ;)
        {
            var (unsent, failure) = await TryAllAsync(waiting, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            if (unsent.Count == 0 || failure is TopologyConflictException || clock.GetElapsedTime(started) >= TotalTime)
            {
                return (unsent, unsent.Count == 0 ? null : failure);
            }

            Log.NotConfirmed(log, unsent[0].Properties.MessageId, unsent[0].Exchange, unsent.Count, failure?.Message ?? "");
            await Task.Delay(Pause, clock, cancellationToken);
            waiting = unsent;
        }
    }

    // One pass: writes all in their order, then waits for the confirms of all.
    private async Task<(IReadOnlyList<SentMessage> Unsent, Exception? Failure)> TryAllAsync(
        IReadOnlyList<SentMessage> messages, CancellationToken cancellationToken)
    {
        var confirms = new Task?[messages.Count];
        ConfirmingChannel? channel = null;
        Exception? failure = null;
        for (var index = 0; index < messages.Count; index++)
        {
            try
            {
                channel ??= await ChannelAsync(cancellationToken);
                var message = messages[index];
                confirms[index] = await MayBeSentAsync(message, cancellationToken)
                    ? await channel.SendAsync(message.Exchange, message.RoutingKey, message.Properties, message.Body, cancellationToken)
                    : Task.CompletedTask;
            }
            catch (Exception stopped)
            {
                failure ??= stopped;
                if (channel is not { IsOpen: true } || cancellationToken.IsCancellationRequested)
                {
                    break;
                }
            }
        }

        // After a lost connection a confirm may never come; the next try takes another channel.
        var all = Task.WhenAll(confirms.OfType<Task>());
        await all.WaitAsync(ConfirmTime, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!all.IsCompleted && channel is not null)
        {
            failure ??= new TimeoutException($"no confirm within {ConfirmTime.TotalSeconds} s");
            await ForgetAsync(channel);
        }

        failure ??= all.Exception?.InnerException;
        return ([.. messages.Where((_, index) => confirms[index] is not { IsCompletedSuccessfully: true })], failure);
    }

    private async ValueTask<ConfirmingChannel> ChannelAsync(CancellationToken cancellationToken)
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

            // Of another broker, perhaps, or of one that was emptied.
            _pools.Clear();
            return _channel = await ConfirmingChannel.OpenAsync(
                await broker.GetAsync(cancellationToken),
                MostOutstanding,
                back =>
                {
                    Log.Unroutable(log, back.BasicProperties.MessageId, back.Exchange, back.RoutingKey);
                    BusMeter.Unroutable(back.BasicProperties.Type ?? "other");
                },
                cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task ForgetAsync(ConfirmingChannel channel)
    {
        Interlocked.CompareExchange(ref _channel, null, channel);
        await channel.DisposeAsync();
    }

    // A reply's exchange belongs to somebody else and may be gone; publishing to it would close the channel under everybody.
    private async ValueTask<bool> MayBeSentAsync(SentMessage message, CancellationToken cancellationToken)
    {
        await DeclarePoolAsync(message, cancellationToken);
        if (topology.IsOwnExchange(message.Exchange) || await _probe.ExistsAsync(message.Exchange, cancellationToken))
        {
            return true;
        }

        Log.ReplyDropped(log, message.Properties.MessageId, message.Exchange);
        BusMeter.ReplyDropped();
        return false;
    }

    // A tool may name any pool (platform spec 3.3, rule 2). Without its queue the command would be returned, and lost.
    private async ValueTask DeclarePoolAsync(SentMessage message, CancellationToken cancellationToken)
    {
        if (message.Exchange.Length == 0 && topology.PoolToDeclare(message.RoutingKey) is { } pool && !_pools.ContainsKey(pool))
        {
            await broker.EnsurePoolAsync(pool, cancellationToken);
            _pools[pool] = true;
        }
    }

    private SentMessage Sent(OutboundMessage message) => new(
        message.Exchange,
        message.RoutingKey,
        new BasicProperties
        {
            MessageId = message.Id.ToString(),
            Type = message.Type,
            ContentType = message.ContentType,
            Timestamp = new AmqpTimestamp(message.Timestamp.ToUnixTimeSeconds()),
            AppId = settings.ServiceName,
            CorrelationId = message.CorrelationId,
            ReplyTo = message.ReplyTo,
            Headers = message.Headers.ToDictionary(header => header.Key, object? (header) => header.Value),
        },
        message.Body);

    // A class, not a record: two equal messages are still two.
    private sealed class SentMessage(string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body)
    {
        public string Exchange => exchange;

        public string RoutingKey => routingKey;

        public BasicProperties Properties => properties;

        public ReadOnlyMemory<byte> Body => body;
    }
}
