using System.Collections.Concurrent;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>Answers every command at once with a start and a good end.</summary>
internal sealed class FakeRunner : IAsyncDisposable
{
    private readonly IChannel _channel;
    private int _unknown;

    private FakeRunner(IChannel channel) => _channel = channel;

    /// <summary>Deliveries that were no command.</summary>
    public int Unknown => _unknown;

    public static async Task<FakeRunner> StartAsync(World world)
    {
        var channel = await world.Broker.OpenChannelAsync();
        var runner = new FakeRunner(channel);
        await channel.BasicQosAsync(0, 64, false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            using var document = JsonDocument.Parse(delivery.Body);
            if (document.RootElement.GetProperty("data").Deserialize<RunTool>(WireJson.Options) is not { } command)
            {
                Interlocked.Increment(ref runner._unknown);
                return;
            }

            var tag = delivery.DeliveryTag;
            await Task.WhenAll(world.ReportAsync(Runner.Started(command)), world.ReportAsync(Runner.Completed(command)));
            await channel.BasicAckAsync(tag, multiple: false);
        };
        await channel.BasicConsumeAsync(Runner.Queue, autoAck: false, consumer);
        return runner;
    }

    public ValueTask DisposeAsync() => _channel.DisposeAsync();
}

/// <summary>Hears when executions end.</summary>
internal sealed class EndClock : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _ends = new();
    private readonly IChannel _channel;

    private EndClock(IChannel channel) => _channel = channel;

    public static async Task<EndClock> StartAsync(World world)
    {
        var queue = await world.Broker.ListenAsync("tool.execution.completed");
        var channel = await world.Broker.OpenChannelAsync();
        var clock = new EndClock(channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            using var document = JsonDocument.Parse(delivery.Body);
            clock.End(document.RootElement.GetProperty("data").GetProperty("executionId").GetGuid()).TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return clock;
    }

    /// <summary>Ends when the execution does.</summary>
    public Task OneAsync(Guid id) => End(id).Task;

    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    private TaskCompletionSource End(Guid id) => _ends.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
