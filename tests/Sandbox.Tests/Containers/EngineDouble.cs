using System.Collections.Concurrent;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Sandbox.Tests.Containers;

/// <summary>The real engine, but for what a test has it do otherwise.</summary>
internal sealed class EngineDouble(IContainerEngine engine) : IContainerEngine
{
    /// <summary>Changes a creation on its way to the engine.</summary>
    public Func<ContainerCreation, ContainerCreation> OnCreate { get; init; } = creation => creation;

    /// <summary>Warnings that the engine gives with a creation.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Happens right after a start.</summary>
    public Func<string, Task> AfterStart { get; init; } = _ => Task.CompletedTask;

    /// <summary>Stands in for the end of a container, from when it is set.</summary>
    public TaskCompletionSource<int>? Exit { get; init; }

    /// <summary>What the engine says of itself.</summary>
    public Func<EngineDescription, EngineDescription> OnDescribe { get; init; } = description => description;

    /// <summary>Identifiers of the containers made.</summary>
    public ConcurrentQueue<string> Made { get; } = new();

    /// <summary>Their ends, as the driver sees them.</summary>
    public ConcurrentDictionary<string, Task<int>> Ends { get; } = new();

    public bool IsLocal { get; init; } = true;

    public async Task<EngineDescription> DescribeAsync(CancellationToken cancellationToken) =>
        OnDescribe(await engine.DescribeAsync(cancellationToken));

    public Task<ImageDescription?> FindImageAsync(string image, CancellationToken cancellationToken) =>
        engine.FindImageAsync(image, cancellationToken);

    public Task PullAsync(string image, CancellationToken cancellationToken) => engine.PullAsync(image, cancellationToken);

    public async Task<ContainerCreated> CreateAsync(string name, ContainerCreation creation, CancellationToken cancellationToken)
    {
        var created = await engine.CreateAsync(name, OnCreate(creation), cancellationToken);
        Made.Enqueue(created.Id);
        return created with { Warnings = [.. created.Warnings ?? [], .. Warnings] };
    }

    public Task<ContainerStream> AttachAsync(string id, CancellationToken cancellationToken) => engine.AttachAsync(id, cancellationToken);

    public async Task<Task<int>> BeginWaitAsync(string id, CancellationToken cancellationToken)
    {
        var real = await engine.BeginWaitAsync(id, cancellationToken);
        return Ends[id] = Exit?.Task ?? real;
    }

    public async Task StartAsync(string id, CancellationToken cancellationToken)
    {
        await engine.StartAsync(id, cancellationToken);
        await AfterStart(id);
    }

    public Task<ContainerDescription> InspectAsync(string id, CancellationToken cancellationToken) => engine.InspectAsync(id, cancellationToken);

    public Task UpdateAsync(string id, ContainerUpdate update, CancellationToken cancellationToken) =>
        engine.UpdateAsync(id, update, cancellationToken);

    public Task SignalAsync(string id, string signal, CancellationToken cancellationToken) => engine.SignalAsync(id, signal, cancellationToken);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => engine.RemoveAsync(id, cancellationToken);

    public Task<IReadOnlyList<ContainerListing>> ListAsync(string label, CancellationToken cancellationToken) =>
        engine.ListAsync(label, cancellationToken);

    public IAsyncEnumerable<ContainerSample> SampleAsync(string id, CancellationToken cancellationToken) =>
        engine.SampleAsync(id, cancellationToken);

    public IAsyncEnumerable<string> WatchMemoryKillsAsync(string label, CancellationToken cancellationToken) =>
        engine.WatchMemoryKillsAsync(label, cancellationToken);

    public void Dispose() => engine.Dispose();
}
