using System.Collections.Concurrent;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>
/// Hears from the engine when the kernel kills a process of ours for want of memory, also one that is not the container's first:
/// its run ends at once, instead of going on without it.
/// </summary>
/// <remarks>While the connection is lost nothing is heard; a run then shows the kill at its end.</remarks>
internal sealed class MemoryKills(IContainerEngine engine, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan RestAfterLoss = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _heard = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private Task? _listening;

    /// <summary>Completes when a process of the container is killed for want of memory. Ask before the start.</summary>
    public Task Of(string containerId)
    {
        lock (_lock)
        {
            _listening ??= Task.Run(() => ListenAsync(_closing.Token));
        }

        return _heard.GetOrAdd(containerId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Nobody asks about the container any more.</summary>
    public void Forget(string containerId) => _heard.TryRemove(containerId, out _);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await (_listening ?? Task.CompletedTask);
        _closing.Dispose();
    }

    private async Task ListenAsync(CancellationToken closing)
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await foreach (var id in engine.WatchMemoryKillsAsync($"{ContainerOwner.Label}={ContainerOwner.Self}", closing))
                {
                    if (_heard.TryGetValue(id, out var heard))
                    {
                        heard.TrySetResult();
                    }
                }
            }
            catch (Exception lost) when (lost is EngineUnreachableException or EngineRefusedException or IOException or OperationCanceledException)
            {
                // Runs themselves report a lost engine.
            }

            await Task.Delay(RestAfterLoss, time, closing).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }
}
