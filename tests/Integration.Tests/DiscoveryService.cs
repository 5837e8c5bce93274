using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Capns.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Integration.Tests;

/// <summary>A service that asks discovery and teaches it: plain AMQP, nothing of ours. Hears every <c>tool.recommendation.updated</c>.</summary>
internal sealed class DiscoveryService : IAsyncDisposable
{
    private const string Updated = "tool.recommendation.updated";

    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _replies;
    private readonly string _login;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _asked = new(StringComparer.Ordinal);
    private readonly Channel<JsonElement> _told = Channel.CreateUnbounded<JsonElement>();

    private DiscoveryService(IConnection connection, IChannel channel, string replies, string login) =>
        (_connection, _channel, _replies, _login) = (connection, channel, replies, login);

    public static async Task<DiscoveryService> ConnectAsync(TestBroker broker)
    {
        var connection = await new ConnectionFactory { Uri = broker.Url }.CreateConnectionAsync("discovery-service");
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var (replies, events) = (await channel.QueueDeclareAsync(), await channel.QueueDeclareAsync());
        await channel.QueueBindAsync(events.QueueName, "events", Updated);
        var service = new DiscoveryService(connection, channel, replies.QueueName, broker.VirtualHost);
        await service.HearAsync(replies.QueueName, service.Answered);
        await service.HearAsync(events.QueueName, delivery => service._told.Writer.TryWrite(Document(delivery)));
        return service;
    }

    /// <summary>Asks; the task ends with the whole reply, also when that is a refusal.</summary>
    public async Task<Task<JsonElement>> SendAsync(object question)
    {
        var id = Guid.CreateVersion7().ToString();
        var reply = _asked.GetOrAdd(id, _ => new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously));
        await PublishAsync("tool.discovery.requested", question, new BasicProperties { ContentType = "application/json", ReplyTo = _replies, CorrelationId = id });
        return reply.Task;
    }

    /// <summary>Asks and waits for the answer.</summary>
    /// <returns>Its payload.</returns>
    public async Task<JsonElement> AskAsync(object question)
    {
        var reply = await (await SendAsync(question)).WaitAsync(TimeSpan.FromSeconds(30));
        return reply.TryGetProperty("error", out var error) ? throw new InvalidOperationException(error.GetRawText()) : reply.GetProperty("data");
    }

    /// <summary>Says how useful a tool was; returns when the broker has it.</summary>
    public Task TeachAsync(object feedback) => PublishAsync("tool.learning.recorded", feedback, Durable());

    /// <summary>Says, as the platform does, that a tool has run for an agent.</summary>
    public Task RanAsync(Guid executionId, string toolId, string agentId, string? discussionId = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return PublishAsync("tool.execution.completed", new
        {
            executionId,
            toolId,
            agentId,
            discussionId,
            status = "completed",
            state = "completed",
            success = true,
            timestamp = now,
            startedAt = now.AddMilliseconds(-20),
            completedAt = now,
            resources = new { cpuMs = 1, peakMemoryBytes = 0, outputBytes = 0 },
            sequence = 1,
            attempt = 1,
            executionTime = 20,
            executionTimeMs = 20,
            cost = 0.001m,
            cached = false,
            retryCount = 0,
            resultSchemaValid = true,
            shareResults = false,
        }, Durable());
    }

    /// <summary>Publishes a document once more, as a broker does that delivers twice.</summary>
    public async Task AgainAsync(string name, ReadOnlyMemory<byte> body) => await _channel.BasicPublishAsync(name, name, mandatory: true, Durable(), body);

    /// <summary>Waits for a payload of <c>tool.recommendation.updated</c> that fits.</summary>
    public async Task<JsonElement> ToldAsync(Func<JsonElement, bool> fits, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        var others = new List<string>();
        try
        {
            await foreach (var document in _told.Reader.ReadAllAsync(limit.Token))
            {
                if (fits(document.GetProperty("data")))
                {
                    return document.GetProperty("data");
                }

                others.Add(document.GetRawText());
            }
        }
        catch (OperationCanceledException)
        {
            // Told below.
        }

        throw new TimeoutException($"No fitting {Updated} came. Heard instead:\n{string.Join('\n', others)}");
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    /// <summary>Persistent, so that what is confirmed is kept; with the login, which the broker has checked, so that it can be the platform's.</summary>
    private BasicProperties Durable() => new() { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, UserId = _login };

    private static JsonElement Document(BasicDeliverEventArgs delivery) => JsonElement.Parse(delivery.Body.Span);

    private void Answered(BasicDeliverEventArgs delivery)
    {
        if (delivery.BasicProperties.CorrelationId is { } id && _asked.TryRemove(id, out var asked))
        {
            asked.TrySetResult(Document(delivery));
        }
    }

    private async Task HearAsync(string queue, Action<BasicDeliverEventArgs> hear)
    {
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            hear(delivery);
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }

    private async Task PublishAsync(string name, object data, BasicProperties properties) => await _channel.BasicPublishAsync(
        name, name, mandatory: true, properties, JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = Guid.CreateVersion7(),
            type = name,
            source = "discovery-service",
            data,
            timestamp = TimeProvider.System.GetUtcNow(),
            version = "1.0.0",
        }));
}
