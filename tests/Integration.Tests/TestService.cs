using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Capns.Testing;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Integration.Tests;

/// <summary>A service of its own language: plain AMQP, nothing of ours. Hears every execution event on <c>events</c>.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly ConcurrentDictionary<Guid, Channel<JsonElement>> _events = new();
    private readonly ConcurrentQueue<JsonElement> _all = new();

    private TestService(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    /// <summary>Every document heard so far.</summary>
    public IReadOnlyCollection<JsonElement> Heard => _all;

    public static async Task<TestService> ConnectAsync(TestBroker broker)
    {
        var connection = await new ConnectionFactory { Uri = broker.Url }.CreateConnectionAsync("test-service");
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var service = new TestService(connection, channel);
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, "events", "tool.execution.#");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            service.Hear(delivery);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return service;
    }

    /// <summary>Publishes a request as a platform envelope to the event's exchange.</summary>
    /// <returns>Its execution id.</returns>
    public async Task<Guid> RequestAsync(string tool, object parameters, object? more = null, Guid? executionId = null)
    {
        var id = executionId ?? Guid.CreateVersion7();
        var data = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        data["toolId"] = tool;
        data["executionId"] = id;
        data["requestId"] ??= id.ToString();
        data["agentId"] ??= $"agent-{id:N}";
        data["parameters"] = JsonSerializer.SerializeToNode(parameters);
        await PublishAsync("tool.execution.requested", "tool.execution.requested", JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = Guid.NewGuid(),
            type = "tool.execution.requested",
            source = "test-service",
            data,
            timestamp = TimeProvider.System.GetUtcNow(),
            version = "1.0.0",
        }));
        return id;
    }

    public async Task CancelAsync(Guid executionId, bool force = false) =>
        await PublishAsync("events", "tool.execution.cancel.requested", JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = Guid.NewGuid(),
            type = "tool.execution.cancel.requested",
            source = "test-service",
            data = new { executionId, requestedBy = "tester", reason = "not needed any more", force },
        }));

    public async Task PublishAsync(string exchange, string routingKey, ReadOnlyMemory<byte> body, BasicProperties? properties = null) =>
        await _channel.BasicPublishAsync(
            exchange,
            routingKey,
            mandatory: true,
            properties ?? new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent },
            body);

    /// <summary>Waits for the next event of an execution that fits.</summary>
    /// <returns>The whole document.</returns>
    public async Task<JsonElement> NextAsync(Guid executionId, string type, Func<JsonElement, bool>? fits = null, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        var reader = Of(executionId).Reader;
        try
        {
            await foreach (var document in reader.ReadAllAsync(limit.Token))
            {
                if (document.GetProperty("type").GetString() == type && (fits is null || fits(document.GetProperty("data"))))
                {
                    return document;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, with what was heard instead.
        }

        var heard = _all.Where(document => document.GetProperty("data").GetProperty("executionId").GetGuid() == executionId)
            .Select(document => document.GetProperty("data").GetRawText());
        throw new TimeoutException($"No fitting {type} of {executionId} came. Heard instead:\n{string.Join('\n', heard)}");
    }

    /// <summary>Waits for the one event that ends an execution.</summary>
    public async Task<JsonElement> FinalAsync(Guid executionId, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        try
        {
            await foreach (var document in Of(executionId).Reader.ReadAllAsync(limit.Token))
            {
                if (IsFinal(document))
                {
                    return document;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below.
        }

        throw new TimeoutException($"Execution {executionId} did not end.");
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static bool IsFinal(JsonElement document) =>
        document.GetProperty("type").GetString() is "tool.execution.completed" or "tool.execution.failed" or "tool.execution.cancelled";

    private void Hear(BasicDeliverEventArgs delivery)
    {
        // Requests that are published to `events` fit the pattern too.
        if (delivery.RoutingKey is "tool.execution.requested" or "tool.execution.cancel.requested")
        {
            return;
        }

        var document = JsonDocument.Parse(delivery.Body).RootElement.Clone();
        _all.Enqueue(document);
        Of(document.GetProperty("data").GetProperty("executionId").GetGuid()).Writer.TryWrite(document);
    }

    private Channel<JsonElement> Of(Guid executionId) => _events.GetOrAdd(executionId, _ => Channel.CreateUnbounded<JsonElement>());
}
