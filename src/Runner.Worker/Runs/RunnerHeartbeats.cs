using Capns.Contracts.Running;
using Capns.Messaging.Outbound;
using Capns.Messaging.Topology;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Runs;

/// <summary>Tells the registry every 5 s that this runner is there, and what it can do. One that cannot be sent is not sent later.</summary>
internal sealed class RunnerHeartbeats(
    IMessagePublisher publisher, OutboundDocuments documents, RunnerOptions options, RunSlots slots, RunsInHand runs, SandboxSelection sandboxes, TimeProvider time,
    ILogger<RunnerHeartbeats> logger) : BackgroundService
{
    /// <summary>Between two of them (platform spec 2.2, O56).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The runner as it is now.</summary>
    public RunnerHeartbeat Measure()
    {
        var running = runs.All.Where(run => run.IsStarted).Select(run => run.Order.Limits).ToList();
        return new RunnerHeartbeat
        {
            RunnerId = options.RunnerId,
            Pools = options.Pools,
            Drivers = sandboxes.Drivers.ToDictionary(driver => driver.Driver, driver => driver.Unavailable is null ? "ok" : "unavailable"),
            Slots = slots.Total,
            SlotsUsed = slots.Used,
            MemoryMb = (int)Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20, int.MaxValue),
            MemoryReservedMb = running.Sum(limits => limits.MemoryMb),
            Cpu = Environment.ProcessorCount,
            CpuReserved = running.Sum(limits => limits.Cpu),
            At = time.GetUtcNow(),
        };
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            patience.CancelAfter(Interval);
            try
            {
                await publisher.PublishAsync(documents.ToQueue(QueueNames.RunReports, Measure()), patience.Token);
            }
            catch (Exception away) when (away is MessageNotConfirmedException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
            {
                RunnerLog.HeartbeatMissed(logger, away.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
