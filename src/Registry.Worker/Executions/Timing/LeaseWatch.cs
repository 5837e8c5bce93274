namespace Capns.Registry.Worker.Executions.Timing;

/// <summary>Says whether this registry has watched long enough to call a silent runner lost (platform spec 5.8). Thread-safe.</summary>
/// <remarks>
/// After an outage of the registries or of PostgreSQL, the renewals and ends that runners sent meanwhile are still in the queue: a
/// lease that has passed says nothing yet. It does once the sweep has run without a gap for the length of a lease. By the clock on
/// the wall, so that a machine that slept has a gap, too.
/// </remarks>
internal sealed class LeaseWatch(TimeProvider time)
{
    /// <summary>A longer time between two looks is an outage. Ten intervals: much longer than a look takes, much shorter than a lease.</summary>
    public static readonly TimeSpan MaxGap = DueSweep.Interval * 10;

    private readonly Lock _lock = new();
    private DateTimeOffset? _since;
    private DateTimeOffset _last;

    /// <summary>True when looks have followed each other for <see cref="ExecutionOptions.Lease"/>, up to now.</summary>
    public bool MayJudge
    {
        get
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                return !IsGap(now) && now - _since >= ExecutionOptions.Lease;
            }
        }
    }

    /// <summary>The sweep has just looked.</summary>
    public void Looked()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _since = _since is null || IsGap(now) ? now : _since;
            _last = now;
        }
    }

    /// <summary>The sweep could not look: the time begins anew with the next look.</summary>
    public void Interrupted()
    {
        lock (_lock)
        {
            _since = null;
        }
    }

    // A clock that went back tells nothing about what lies between.
    private bool IsGap(DateTimeOffset now) => now < _last || now - _last > MaxGap;
}
