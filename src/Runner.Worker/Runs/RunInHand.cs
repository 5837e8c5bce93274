using Capns.Contracts.Running;

namespace Capns.Runner.Worker.Runs;

/// <summary>Names one handing-over of one attempt.</summary>
internal readonly record struct RunKey(Guid ExecutionId, int Attempt, int Dispatch)
{
    /// <summary>Of a command.</summary>
    public static RunKey Of(RunTool order) => new(order.ExecutionId, order.Attempt, order.Dispatch);
}

/// <summary>Why an attempt is stopped before it ends by itself.</summary>
internal enum StopCause
{
    None = 0,

    /// <summary>By request, or by the kill switch.</summary>
    Cancelled,

    /// <summary>The lease could not be renewed; the registry takes the attempt as lost.</summary>
    LeaseLost,

    /// <summary>The runner shuts down.</summary>
    Shutdown,
}

/// <summary>An attempt from its delivery to its acknowledgement. Thread-safe.</summary>
internal sealed class RunInHand(IRunDelivery delivery, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly List<IRunDelivery> _deliveries = [delivery];
    private ITimer? _graceTimer;
    private bool _started;
    private bool _acknowledged;
    private bool _disposed;

    /// <summary>The command.</summary>
    public RunTool Order { get; } = delivery.Order;

    /// <summary>Its name.</summary>
    public RunKey Key { get; } = RunKey.Of(delivery.Order);

    /// <summary>The delivery's end, while nothing has started.</summary>
    public CancellationToken DeliveryLost { get; } = delivery.Lost;

    /// <summary>The first cause, if any.</summary>
    public StopCause Cause { get; private set; }

    /// <summary>True when the registry has been told that it starts.</summary>
    public bool IsStarted
    {
        get
        {
            lock (_gate)
            {
                return _started;
            }
        }
    }

    /// <summary>Asks the program to end.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Ends it.</summary>
    public CancellationToken Kill => _kill.Token;

    /// <summary>The registry has been told that it starts: from now on a repeated delivery belongs to it.</summary>
    public void MarkStarted()
    {
        lock (_gate)
        {
            _started = true;
        }
    }

    /// <summary>Stops the attempt; repeated, only more force counts.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="grace">Time between signal and kill; zero kills at once.</param>
    public void RequestStop(StopCause cause, TimeSpan grace)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            if (Cause == StopCause.None)
            {
                Cause = cause;
            }

            if (grace <= TimeSpan.Zero)
            {
                Cancel(_kill);
            }
            else
            {
                _graceTimer ??= time.CreateTimer(_ => KillNow(), null, grace, Timeout.InfiniteTimeSpan);
            }

            Cancel(_stop);
        }
    }

    /// <summary>The broker handed the same command over again: this delivery is acknowledged with the first one.</summary>
    /// <returns>False when nothing has started, so that nothing can be said about it.</returns>
    public async ValueTask<bool> TryAdoptAsync(IRunDelivery again)
    {
        bool acknowledge;
        lock (_gate)
        {
            if (!_started)
            {
                return false;
            }

            _deliveries.Add(again);
            acknowledge = _acknowledged;
        }

        if (acknowledge)
        {
            await again.AcknowledgeAsync();
        }

        return true;
    }

    /// <summary>Acknowledges the command, once.</summary>
    public async ValueTask AcknowledgeAsync()
    {
        IRunDelivery[] deliveries;
        lock (_gate)
        {
            if (_acknowledged)
            {
                return;
            }

            _acknowledged = true;
            deliveries = [.. _deliveries];
        }

        foreach (var each in deliveries)
        {
            await each.AcknowledgeAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _graceTimer?.Dispose();
            _stop.Dispose();
            _kill.Dispose();
        }
    }

    private void KillNow()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                Cancel(_kill);
            }
        }
    }

    // The token says so at once; whoever is told by it runs elsewhere, not under the lock.
    private static void Cancel(CancellationTokenSource source) => _ = source.CancelAsync();
}
