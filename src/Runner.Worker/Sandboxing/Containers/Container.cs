using Capns.Runner.Worker.Sandboxing.Containers.Accounting;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>A started container of ours, from its start to its removal. Serves one run.</summary>
internal sealed class Container(
    IContainerEngine engine,
    string id,
    ContainerStream stream,
    Task<int> exit,
    MemoryKills kills,
    SandboxLimits limits,
    ControlGroup? group,
    UsageSampler? sampler) : IAsyncDisposable
{
    private const int RemovalTries = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private SandboxLimits _limits = limits;
    private int _removed;

    /// <summary>The engine's identifier.</summary>
    public string Id { get; } = id;

    /// <summary>As the engine's own tools show it.</summary>
    public string ShortId => Id[..Math.Min(12, Id.Length)];

    /// <summary>Stdin, stdout and stderr.</summary>
    public ContainerStream Stream { get; } = stream;

    /// <summary>The exit code to come; faults when the engine is lost.</summary>
    public Task<int> Exit { get; } = exit;

    /// <summary>Completes when one of its processes is killed for want of memory.</summary>
    public Task OutOfMemory { get; } = kills.Of(id);

    /// <summary>Null where the engine's control groups cannot be read from here; then the numbers are the engine's samples.</summary>
    public ControlGroup? Group { get; } = group;

    /// <summary>CPU time of all processes so far.</summary>
    public TimeSpan ReadCpuTime() => Group?.ReadCpuTime() ?? sampler?.Last.CpuTime ?? TimeSpan.Zero;

    /// <summary>Most memory at any time, in bytes.</summary>
    public long ReadPeakMemory() => Group?.ReadPeakMemory() ?? sampler?.Last.MemoryBytes ?? 0;

    /// <summary>Changes memory, CPU and processes where they differ; checks that engine and kernel hold them.</summary>
    /// <exception cref="SandboxUnavailableException">One does not.</exception>
    public async Task LimitAsync(SandboxLimits limits)
    {
        if (limits with { ScratchBytes = _limits.ScratchBytes, WallTime = _limits.WallTime, OutputBytes = _limits.OutputBytes } == _limits)
        {
            return;
        }

        await engine.UpdateAsync(Id, ContainerRecipe.Update(limits), CancellationToken.None);
        var unmet = ContainerRecipe.FindUnmet(ContainerRecipe.Update(limits), (await InspectAsync()).HostConfig) ?? Group?.FindUnmet(Id, limits);
        _limits = unmet is null ? limits : throw new SandboxUnavailableException($"The limit '{unmet}' of container {ShortId} cannot be changed.");
    }

    /// <summary>Sends a signal, e.g. <c>TERM</c>. No error when the container has ended.</summary>
    public Task SignalAsync(string signal) => engine.SignalAsync(Id, signal, CancellationToken.None);

    /// <summary>The container as the engine sees it.</summary>
    public Task<ContainerDescription> InspectAsync() => engine.InspectAsync(Id, CancellationToken.None);

    /// <summary>Kills what runs in it and removes all of it.</summary>
    /// <exception cref="SandboxFailedException">The engine does not remove it.</exception>
    public async Task RemoveAsync()
    {
        if (Interlocked.Exchange(ref _removed, 1) == 1)
        {
            return;
        }

        await Stream.DisposeAsync();
        sampler?.Dispose();
        kills.Forget(Id);
        using var limit = new CancellationTokenSource(Patience);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await engine.RemoveAsync(Id, limit.Token);
                break;
            }
            catch (Exception failure) when (failure is EngineRefusedException or EngineUnreachableException or OperationCanceledException)
            {
                if (attempt == RemovalTries || limit.IsCancellationRequested)
                {
                    throw new SandboxFailedException($"Container {ShortId} cannot be removed: {failure.Message}", failure);
                }
            }
        }

        Group?.Remove();
        // Nobody else looks at the end of a container that was never used.
        _ = Exit.ContinueWith(static task => task.Exception, TaskScheduler.Default);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await RemoveAsync();
}
