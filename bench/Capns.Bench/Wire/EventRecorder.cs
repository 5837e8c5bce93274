using System.Diagnostics;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Bench.Wire;

/// <summary>Records every execution event from a queue of its own, bound to <c>events</c>; survives restarts of the broker.</summary>
/// <remarks>The queue is durable, so what is published while the recorder is away is handed out when it is back.</remarks>
internal sealed class EventRecorder(Uri broker, string queue, bool durable, Action<EventRecord> onEvent) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;

    /// <summary>Returns when the queue is bound and consumed.</summary>
    public Task StartAsync()
    {
        _loop = Task.Run(RunAsync);
        return _ready.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync();
            }
            catch (Exception error) when (error is not OperationCanceledException && !_stop.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ConsumeAsync()
    {
        var factory = new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(_stop.Token);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: _stop.Token);
        await channel.QueueDeclareAsync(queue, durable, exclusive: false, autoDelete: !durable, cancellationToken: _stop.Token);
        await channel.QueueBindAsync(queue, "events", "tool.execution.#", cancellationToken: _stop.Token);
        await channel.BasicQosAsync(0, 500, global: false, _stop.Token);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            gone.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            onEvent(Read(delivery));
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer, _stop.Token);
        _ready.TrySetResult();
        await gone.Task.WaitAsync(_stop.Token);
    }

    private static EventRecord Read(BasicDeliverEventArgs delivery)
    {
        using var document = JsonDocument.Parse(delivery.Body);
        var data = document.RootElement.GetProperty("data");
        return new EventRecord
        {
            Id = document.RootElement.GetProperty("id").GetString()!,
            Type = document.RootElement.GetProperty("type").GetString()!,
            ExecutionId = data.GetProperty("executionId").GetGuid(),
            Sequence = data.GetProperty("sequence").GetInt32(),
            Attempt = data.GetProperty("attempt").GetInt32(),
            State = data.GetProperty("state").GetString()!,
            Code = data.TryGetProperty("errorDetail", out var detail) ? detail.GetProperty("code").GetString() : null,
            RunnerId = data.TryGetProperty("runnerId", out var runner) ? runner.GetString() : null,
            Kind = data.TryGetProperty("kind", out var kind) ? kind.GetString() : null,
            ReceivedAt = Stopwatch.GetTimestamp(),
            Redelivered = delivery.Redelivered,
        };
    }
}
