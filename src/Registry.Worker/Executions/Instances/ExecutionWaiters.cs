using System.Collections.Concurrent;

namespace Capns.Registry.Worker.Executions.Instances;

/// <summary>HTTP requests of this instance that wait for the end of an execution. Woken by the saga's reply, on whichever instance it ends. Thread-safe.</summary>
internal sealed class ExecutionWaiters
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    /// <summary>Begins to listen; before the execution is asked for, so that no end is missed.</summary>
    public Waiter Begin(Guid executionId)
    {
        var source = _waiting.GetOrAdd(executionId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return new Waiter(this, executionId, source.Task);
    }

    /// <summary>The execution has ended, and its row says so.</summary>
    public void Ended(Guid executionId)
    {
        if (_waiting.TryRemove(executionId, out var source))
        {
            source.TrySetResult();
        }
    }

    /// <summary>One who waits.</summary>
    public sealed class Waiter(ExecutionWaiters all, Guid executionId, Task ended) : IDisposable
    {
        /// <summary>Waits for the end.</summary>
        /// <returns>False when the time is over first.</returns>
        public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
        {
            try
            {
                await ended.WaitAsync(atMost, time, cancellationToken);
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        public void Dispose() => all._waiting.TryRemove(executionId, out _);
    }
}
