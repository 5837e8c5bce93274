using Capns.Contracts;
using Capns.Messaging;
using Capns.Messaging.Broker;
using Capns.Messaging.Topology;
using Capns.Runner.Worker.Executors;
using Capns.Runner.Worker.Sandboxing;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Capns.Runner.Worker.Runs.Queues;

/// <summary>Consumes the run queues of this runner's pools for as long as it lives, then drains (platform spec 3.3, 5.8).</summary>
/// <remarks>
/// Not a MassTransit endpoint, whose delivery is acknowledged when its handler returns and whose handler ends with its
/// channel: a run lives longer than both (docs/adr/0007-run-queue-consumer.md).
/// </remarks>
internal sealed class RunQueueConsumer(
    BusSettings bus,
    ITopologyDeclarer topology,
    SandboxSelection sandboxes,
    BuiltinTools builtins,
    RunQueueChannel queues,
    RunsInHand runs,
    RunSlots slots,
    RunnerOptions options,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<RunQueueConsumer> logger) : BackgroundService
{
    /// <summary>Exit code: this process is broken, a restart helps (sysexits: EX_SOFTWARE).</summary>
    private const int Broken = 70;

    private static readonly Priority[] Priorities = [Priority.High, Priority.Normal, Priority.Low];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>After the last kill, time for the reports.</summary>
    private static readonly TimeSpan LastReports = TimeSpan.FromSeconds(5);

    private bool _drained;

    /// <summary>True while the run queues are consumed.</summary>
    public bool IsConsuming { get; private set; }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (!_drained)
        {
            // The broker was away, or its connection ended at the same moment: what still runs may end all the same.
            await DrainAsync([]);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        RunnerMeter.Observe(slots, options.Pools);
        try
        {
            if (options.BenchmarkNoop)
            {
                RunnerLog.BenchmarkNoop(logger);
            }

            WarmUp();
            while (!stoppingToken.IsCancellationRequested)
            {
                await ConsumeAsync(stoppingToken);
            }
        }
        catch (Exception broken) when (broken is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            RunnerLog.ConsumerBroke(logger, broken);
            Environment.ExitCode = Environment.ExitCode == 0 ? Broken : Environment.ExitCode;
            lifetime.StopApplication();
        }
        finally
        {
            RunnerMeter.Forget(slots);
        }
    }

    private void WarmUp()
    {
        if (sandboxes.Drivers.All(driver => driver.Unavailable is not null))
        {
            RunnerLog.NoDriverUsable(logger);
        }

        sandboxes.Warm([builtins.Program]);
    }

    /// <summary>Consumes until the connection is gone, or until the runner stops and has drained.</summary>
    private async Task ConsumeAsync(CancellationToken stoppingToken)
    {
        using var lost = new CancellationTokenSource();
        try
        {
            await topology.EnsureAsync(stoppingToken);
            await using var connection = await Factory().CreateConnectionAsync(stoppingToken);
            connection.ConnectionShutdownAsync += (_, _) => lost.CancelAsync();
            var consumers = await StartAsync(connection, lost);
            IsConsuming = true;
            RunnerLog.Consuming(logger, options.RunnerId, string.Join(", ", consumers.Select(consumer => consumer.Queue)));
            await WhenAnyAsync(stoppingToken, lost.Token);
            IsConsuming = false;
            if (stoppingToken.IsCancellationRequested)
            {
                await DrainAsync(consumers);
                return;
            }

            RunnerLog.ConnectionGone(logger, connection.CloseReason?.ReplyText ?? "closed");
        }
        catch (Exception away) when (away is RabbitMQClientException or IOException or TimeoutException or ObjectDisposedException
            || (away is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            RunnerLog.ConnectionGone(logger, away.Message);
            await Task.Delay(Pause, time, stoppingToken);
        }
        finally
        {
            IsConsuming = false;
            await lost.CancelAsync();
        }
    }

    private async Task<List<Consumer>> StartAsync(IConnection connection, CancellationTokenSource lost)
    {
        var control = await queues.ConsumeControlAsync(
            connection, QueueNames.Instance(options.RunnerId), EventNames.Control, lost.CancelAsync, lost.Token);
        control.ChannelShutdownAsync += (_, _) => lost.CancelAsync();

        var consumers = new List<Consumer>();
        foreach (var pool in options.Pools)
        {
            // Declared with every connection: a queue that somebody deleted comes back.
            await topology.EnsurePoolAsync(pool, lost.Token);
            foreach (var priority in Priorities)
            {
                var queue = QueueNames.Runner(pool, priority);
                if (bus.Consumes(queue))
                {
                    var (channel, tag) = await queues.ConsumeRunsAsync(connection, queue, priority, lost.CancelAsync, lost.Token);

                    // One channel down, all are opened anew: simpler than three ways of being half there.
                    channel.ChannelShutdownAsync += (_, _) => lost.CancelAsync();
                    consumers.Add(new Consumer(queue, channel, tag));
                }
            }
        }

        return consumers;
    }

    /// <summary>Takes no more commands, lets the attempts end, then stops them (platform spec 5.8).</summary>
    private async Task DrainAsync(List<Consumer> consumers)
    {
        _drained = true;
        RunnerLog.Draining(logger, options.RunnerId, runs.Count, (long)options.ShutdownDrain.TotalMilliseconds);
        foreach (var consumer in consumers)
        {
            await consumer.StopAsync();
        }

        foreach (var waiting in runs.All.Where(run => !run.IsStarted))
        {
            waiting.RequestStop(StopCause.Shutdown, TimeSpan.Zero);
        }

        if (await EmptyWithinAsync(options.ShutdownDrain))
        {
            return;
        }

        foreach (var run in runs.All)
        {
            run.RequestStop(StopCause.Shutdown, options.ShutdownGrace);
        }

        await EmptyWithinAsync(options.ShutdownGrace + LastReports);
    }

    private async Task<bool> EmptyWithinAsync(TimeSpan patience)
    {
        try
        {
            await runs.WhenEmptyAsync().WaitAsync(patience, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task WhenAnyAsync(CancellationToken first, CancellationToken second)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(first, second);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = either.Token.Register(done.SetResult);
        await done.Task;
    }

    private ConnectionFactory Factory() => new()
    {
        Uri = bus.RabbitMqUrl,
        VirtualHost = bus.VirtualHost,
        ClientProvidedName = $"{bus.ServiceName} {options.RunnerId}",
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        RequestedHeartbeat = TimeSpan.FromSeconds(10),
    };

    private sealed record Consumer(string Queue, IChannel Channel, string Tag)
    {
        public async Task StopAsync()
        {
            try
            {
                await Channel.BasicCancelAsync(Tag);
            }
            catch (Exception gone) when (gone is RabbitMQClientException or ObjectDisposedException or OperationCanceledException)
            {
                // Nothing is consumed on a channel that is gone.
            }
        }
    }
}
