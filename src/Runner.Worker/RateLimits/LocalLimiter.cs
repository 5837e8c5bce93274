using Capns.Contracts.Executions;
using Capns.Contracts.Running;

namespace Capns.Runner.Worker.RateLimits;

/// <summary>The same limits within this process, while Redis is off or away (platform spec 9.2). Thread-safe.</summary>
internal sealed class LocalLimiter(TimeProvider time)
{
    private const int SweepAbove = 1000;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly Dictionary<string, Window> _windows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<Guid>> _running = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _sweepAt = SweepAbove;

    /// <summary>Takes all limits, or none.</summary>
    public LimitDecision Take(RunTool order, RunRateLimit limits)
    {
        lock (_gate)
        {
            Sweep();
            var refusal = RefusedBy(LimitKeys.Minute(order, limits), limits.MaxCallsPerMinute)
                ?? RefusedBy(LimitKeys.Hour(order, limits), limits.MaxCallsPerHour)
                ?? RefusedByConcurrency(order, limits);
            if (refusal is not null)
            {
                return new LimitDecision(refusal);
            }

            Hit(LimitKeys.Minute(order, limits), limits.MaxCallsPerMinute, Minute);
            Hit(LimitKeys.Hour(order, limits), limits.MaxCallsPerHour, Hour);
            if (limits.MaxConcurrentExecutions is not null)
            {
                var key = LimitKeys.Concurrency(order, limits);
                if (!_running.TryGetValue(key, out var running))
                {
                    _running[key] = running = [];
                }

                running.Add(order.ExecutionId);
            }

            return LimitDecision.Allowed;
        }
    }

    /// <summary>Gives a place back; does nothing when none was taken here.</summary>
    public void Release(RunTool order, RunRateLimit limits)
    {
        lock (_gate)
        {
            var key = LimitKeys.Concurrency(order, limits);
            if (_running.TryGetValue(key, out var running) && running.Remove(order.ExecutionId) && running.Count == 0)
            {
                _running.Remove(key);
            }
        }
    }

    private LimitRefusal? RefusedBy(string key, int? limit)
    {
        if (limit is not { } most || !_windows.TryGetValue(key, out var window) || window.Hits < most)
        {
            return null;
        }

        var left = window.Length - time.GetElapsedTime(window.OpenedAt);
        return left > TimeSpan.Zero
            ? new LimitRefusal(ErrorCodes.RateLimited.Code, (int)Math.Ceiling(left.TotalMilliseconds), most)
            : null;
    }

    private LimitRefusal? RefusedByConcurrency(RunTool order, RunRateLimit limits) =>
        limits.MaxConcurrentExecutions is { } most
        && _running.TryGetValue(LimitKeys.Concurrency(order, limits), out var running)
        && running.Count >= most
        && !running.Contains(order.ExecutionId)
            ? new LimitRefusal(ErrorCodes.ConcurrencyLimited.Code, RunLimiter.ConcurrencyRetryAfterMs, most)
            : null;

    private void Hit(string key, int? limit, TimeSpan length)
    {
        if (limit is null)
        {
            return;
        }

        var open = _windows.TryGetValue(key, out var window) && time.GetElapsedTime(window.OpenedAt) < window.Length;
        _windows[key] = open ? window with { Hits = window.Hits + 1 } : new Window(time.GetTimestamp(), length, 1);
    }

    private void Sweep()
    {
        if (_windows.Count < _sweepAt)
        {
            return;
        }

        foreach (var (key, _) in _windows.Where(entry => time.GetElapsedTime(entry.Value.OpenedAt) >= entry.Value.Length).ToList())
        {
            _windows.Remove(key);
        }

        // Sweeping costs as much as there are windows, so the next one comes when there are twice as many.
        _sweepAt = Math.Max(SweepAbove, 2 * _windows.Count);
    }

    private readonly record struct Window(long OpenedAt, TimeSpan Length, int Hits);
}
