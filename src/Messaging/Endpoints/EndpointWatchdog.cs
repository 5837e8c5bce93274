using Capns.Messaging.Broker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Capns.Messaging.Endpoints;

/// <summary>
/// After a lost connection the RabbitMQ transport of MassTransit 8.4.0 can leave an endpoint without its consumer while its health check
/// says that all is well. This asks the broker, and ends the process when a queue stays unconsumed: everything is safe against that.
/// </summary>
internal sealed class EndpointWatchdog(
    EndpointActivity activity, BrokerConnection broker, FatalStop fatal, TimeProvider clock, ILogger<EndpointWatchdog> log) : BackgroundService
{
    /// <summary>Between two checks.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Bad checks in a row before the process ends; the first connection of the bus may take a while.</summary>
    internal const int Checks = 4;

    private readonly Dictionary<string, (long Received, int Bad)> _seen = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Log.CheckFailed(log, failure.Message);
                _seen.Clear();
            }
        }
    }

    /// <summary>One look at every queue that this process should consume.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        var endpoints = activity.Snapshot().ToList();
        if (endpoints.Count == 0)
        {
            return;
        }

        await using var channel = await (await broker.GetAsync(cancellationToken)).CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var (queue, received, inFlight) in endpoints)
        {
            var state = await channel.QueueDeclarePassiveAsync(queue.Name, cancellationToken);
            var before = _seen.GetValueOrDefault(queue.Name);
            var finding = Finding(state, queue.SingleActiveConsumer, idle: inFlight <= 0 && received == before.Received);
            var bad = finding is null ? 0 : before.Bad + 1;
            _seen[queue.Name] = (received, bad);
            if (bad >= Checks)
            {
                Log.EndpointDead(log, queue.Name, finding!);
                fatal.Stop(FatalStop.Broken);
            }
            else if (finding is not null)
            {
                Log.EndpointSuspicious(log, queue.Name, finding, bad, Checks);
            }
        }
    }

    // With a single active consumer, an instance that waits its turn is idle beside a full queue.
    private static string? Finding(QueueDeclareOk state, bool single, bool idle) => state switch
    {
        { ConsumerCount: 0 } => "it has no consumer",
        { MessageCount: > 0 } when idle && !single => $"{state.MessageCount} messages are ready and none was received",
        _ => null,
    };
}
