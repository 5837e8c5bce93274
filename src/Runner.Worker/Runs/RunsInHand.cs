using System.Collections.Concurrent;

namespace Capns.Runner.Worker.Runs;

/// <summary>All attempts of this process, and the endings and cancellations it remembers. Thread-safe.</summary>
internal sealed class RunsInHand
{
    private const int Remembered = 10_000;
    private readonly ConcurrentDictionary<RunKey, RunInHand> _runs = new();
    private readonly RecentSet<RunKey> _ended = new(Remembered);
    private readonly RecentSet<Guid> _cancelled = new(Remembered);
    private readonly Lock _gate = new();
    private TaskCompletionSource? _empty;

    /// <summary>How many.</summary>
    public int Count => _runs.Count;

    /// <summary>Those of now.</summary>
    public IEnumerable<RunInHand> All => _runs.Values;

    /// <summary>True when the ending of this attempt has been confirmed by the broker.</summary>
    public bool HasEnded(RunKey key) => _ended.Contains(key);

    /// <summary>The attempt, if it is in hand.</summary>
    public RunInHand? Find(RunKey key) => _runs.GetValueOrDefault(key);

    /// <summary>Adds an attempt; one whose execution was cancelled before it came is stopped at once.</summary>
    /// <returns>False when it is in hand already.</returns>
    public bool TryAdd(RunInHand run)
    {
        if (!_runs.TryAdd(run.Key, run))
        {
            return false;
        }

        if (_cancelled.Contains(run.Key.ExecutionId))
        {
            run.RequestStop(StopCause.Cancelled, TimeSpan.Zero);
        }

        return true;
    }

    /// <summary>Removes an attempt.</summary>
    /// <param name="run">The attempt.</param>
    /// <param name="ended">True: its ending was confirmed; a repeated delivery of it is only acknowledged.</param>
    public void Remove(RunInHand run, bool ended)
    {
        if (ended)
        {
            _ended.Add(run.Key);
        }

        _runs.TryRemove(run.Key, out _);
        if (_runs.IsEmpty)
        {
            lock (_gate)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Stops an execution, also one that comes later: a cancelled execution never runs again.</summary>
    public void Cancel(Guid executionId, TimeSpan grace)
    {
        _cancelled.Add(executionId);
        foreach (var run in _runs.Values.Where(run => run.Key.ExecutionId == executionId))
        {
            run.RequestStop(StopCause.Cancelled, grace);
        }
    }

    /// <summary>Stops all attempts of one tool, or of all tools.</summary>
    public void Kill(Guid? toolId)
    {
        foreach (var run in _runs.Values.Where(run => toolId is null || run.Order.ToolId == toolId))
        {
            run.RequestStop(StopCause.Cancelled, TimeSpan.Zero);
        }
    }

    /// <summary>Completes when no attempt is in hand.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_gate)
        {
            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_runs.IsEmpty)
            {
                _empty.TrySetResult();
            }

            return _empty.Task;
        }
    }
}
