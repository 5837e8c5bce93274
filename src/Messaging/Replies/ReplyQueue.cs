using System.Collections.Concurrent;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Messaging.Broker;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Messaging.Replies;

/// <summary>The queue on which one process gets the answers to its requests. Consumed from the first request on, over every new connection again.</summary>
/// <remarks>The queue outlives a lost connection by <see cref="Expiry"/>, so that an answer that comes meanwhile is not lost. Thread-safe.</remarks>
internal sealed class ReplyQueue : IAsyncDisposable
{
    /// <summary>Unused for so long, the broker deletes the queue: the process is gone.</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromMinutes(5);

    private readonly BrokerConnection _broker;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _waiting = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _starting = new();
    private Task? _consuming;

    public ReplyQueue(string service, BrokerConnection broker, TimeProvider time, ILogger log)
    {
        (_broker, _time, _log) = (broker, time, log);
        Name = $"replies.{service}.{Guid.NewGuid():N}";
    }

    /// <summary>Its name, for <c>reply_to</c>.</summary>
    public string Name { get; }

    /// <summary>Returns when the queue is there.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken)
    {
        lock (_starting)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            _consuming ??= Task.Run(ConsumeAlwaysAsync, CancellationToken.None);
        }

        return _first.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The answer that carries a correlation id. To be asked for before the request is sent.</summary>
    public Task<JsonElement> Expect(string correlationId) =>
        _waiting.GetOrAdd(correlationId, _ => new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(string correlationId) => _waiting.TryRemove(correlationId, out _);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_consuming is { } consuming)
        {
            await consuming;
        }

        foreach (var waiting in _waiting.Values)
        {
            waiting.TrySetCanceled();
        }

        _stopping.Dispose();
    }

    private async Task ConsumeAlwaysAsync()
    {
        var stop = _stopping.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync(await _broker.GetAsync(stop), stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is RabbitMQ.Client.Exceptions.RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException)
            {
                Log.RepliesInterrupted(_log, Name, failure.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(200), _time, CancellationToken.None);
            }
        }
    }

    /// <summary>Consumes over one channel until it ends, or the queue is gone.</summary>
    private async Task ConsumeAsync(IConnection connection, CancellationToken stop)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        var arguments = new Dictionary<string, object?> { ["x-expires"] = (int)Expiry.TotalMilliseconds };
        await channel.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: stop);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            Hear(delivery);
            return Task.CompletedTask;
        };
        // The broker cancels a consumer whose queue is deleted, and leaves the channel open.
        consumer.UnregisteredAsync += (_, _) =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(Name, autoAck: true, consumer, stop);
        _first.TrySetResult();
        using var stopped = stop.Register(() => ended.TrySetResult());
        await ended.Task;
        if (stop.IsCancellationRequested && channel.IsOpen)
        {
            await channel.QueueDeleteAsync(Name, cancellationToken: CancellationToken.None);
        }
    }

    private void Hear(BasicDeliverEventArgs delivery)
    {
        if (delivery.BasicProperties.CorrelationId is not { } id || !_waiting.TryRemove(id, out var waiting))
        {
            return;
        }

        try
        {
            waiting.TrySetResult(JsonElement.Parse(delivery.Body.Span, new JsonDocumentOptions { MaxDepth = WireJson.MaxDepth }));
        }
        catch (JsonException exception)
        {
            waiting.TrySetException(new InvalidDataException($"The answer to request {id} is not JSON.", exception));
        }
    }
}
