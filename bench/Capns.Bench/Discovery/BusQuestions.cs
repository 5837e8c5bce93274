using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Capns.Bench.Load;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Bench.Discovery;

/// <summary>Asks discovery over RabbitMQ as any client would, and waits for each answer on a queue of its own.</summary>
internal sealed class BusQuestions : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _waiting = new(StringComparer.Ordinal);
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;
    private long _count;

    private BusQuestions(IConnection connection, IChannel channel, string queue) => (_connection, _channel, _queue) = (connection, channel, queue);

    /// <summary>Answers that were refusals, or named no tool.</summary>
    public int Empty { get; private set; }

    public static async Task<BusQuestions> OpenAsync(Uri broker, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var queue = await channel.QueueDeclareAsync($"bench.{Guid.NewGuid():N}", durable: false, exclusive: true, autoDelete: true, cancellationToken: cancellationToken);
        var questions = new BusQuestions(connection, channel, queue.QueueName);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            questions.Hear(delivery);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer, cancellationToken);
        return questions;
    }

    /// <summary>Asks all, so many at one time.</summary>
    /// <param name="questions">Payloads of <c>tool.discovery.requested</c>.</param>
    /// <param name="inFlight">1 and up.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    public async Task<LatencySample> MeasureAsync(IReadOnlyList<object> questions, int inFlight, CancellationToken cancellationToken)
    {
        var (sample, next) = (new LatencySample(), -1);
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            int at;
            while ((at = Interlocked.Increment(ref next)) < questions.Count)
            {
                var from = Stopwatch.GetTimestamp();
                sample.Add(from, await AskAsync(questions[at], cancellationToken));
            }
        }));
        return sample;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<long> AskAsync(object question, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _count).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var answer = _waiting.GetOrAdd(id, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
        var properties = new BasicProperties { ContentType = "application/json", Type = "tool.discovery.requested", ReplyTo = _queue, CorrelationId = id, MessageId = id };
        await _channel.BasicPublishAsync(
            "rpc", "tool.discovery.requested", mandatory: true, properties, JsonSerializer.SerializeToUtf8Bytes(question), cancellationToken);
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(20), cancellationToken);
    }

    private void Hear(BasicDeliverEventArgs delivery)
    {
        var to = Stopwatch.GetTimestamp();
        if (delivery.BasicProperties.CorrelationId is not { } id || !_waiting.TryRemove(id, out var waiting))
        {
            return;
        }

        using var document = JsonDocument.Parse(delivery.Body);
        if (!document.RootElement.TryGetProperty("data", out var data) || data.GetProperty("recommendations").GetArrayLength() == 0)
        {
            Empty++;
        }

        waiting.TrySetResult(to);
    }
}
