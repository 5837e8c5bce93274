using System.Collections.Concurrent;
using Capns.Messaging.Topology;
using MassTransit;

namespace Capns.Messaging.Endpoints;

/// <summary>What the endpoints of this process are receiving, for the watchdog.</summary>
internal sealed class EndpointActivity : IReceiveObserver
{
    private readonly ConcurrentDictionary<string, Counters> _queues = new(StringComparer.Ordinal);

    /// <summary>True between the start of the bus and its stop; only then an endpoint must have a consumer.</summary>
    public bool BusRuns { get; set; }

    public IEnumerable<(QueueDefinition Queue, long Received, long InFlight)> Snapshot() =>
        (BusRuns ? _queues.Values : []).Select(counters => (counters.Queue, Interlocked.Read(ref counters.Received), Interlocked.Read(ref counters.InFlight)));

    public void Expect(QueueDefinition queue) => _queues[queue.Name] = new Counters(queue);

    public Task PreReceive(ReceiveContext context)
    {
        if (Find(context) is { } counters)
        {
            Interlocked.Increment(ref counters.Received);
            Interlocked.Increment(ref counters.InFlight);
        }

        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context) => Leave(context);

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Leave(context);

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    private Task Leave(ReceiveContext context)
    {
        if (Find(context) is { } counters)
        {
            Interlocked.Decrement(ref counters.InFlight);
        }

        return Task.CompletedTask;
    }

    private Counters? Find(ReceiveContext context)
    {
        var path = context.InputAddress.AbsolutePath;
        return _queues.GetValueOrDefault(Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]));
    }

    private sealed class Counters(QueueDefinition queue)
    {
        public long Received;
        public long InFlight;

        public QueueDefinition Queue { get; } = queue;
    }
}
