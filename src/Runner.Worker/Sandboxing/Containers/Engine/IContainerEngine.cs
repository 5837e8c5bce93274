namespace Capns.Runner.Worker.Sandboxing.Containers.Engine;

/// <summary>The few calls of the Docker Engine API that a sandbox needs, and no more. Thread-safe.</summary>
/// <remarks>
/// Every call may throw <see cref="EngineUnreachableException"/> and <see cref="EngineRefusedException"/>. Podman's
/// compatible socket and any other server of the same API serve as well.
/// </remarks>
internal interface IContainerEngine : IDisposable
{
    /// <summary>True when the engine is likely to share this host's kernel.</summary>
    bool IsLocal { get; }

    /// <summary>The engine and what its host can limit.</summary>
    Task<EngineDescription> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>An image that the engine holds; null when it does not.</summary>
    Task<ImageDescription?> FindImageAsync(string image, CancellationToken cancellationToken);

    /// <summary>Fetches an image from its registry; returns when the engine holds it.</summary>
    Task PullAsync(string image, CancellationToken cancellationToken);

    /// <summary>Makes a container without starting it.</summary>
    /// <param name="name">Unique per engine.</param>
    /// <param name="creation">What and how.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The identifier, and the engine's warnings: it warns, and goes on, where a limit cannot be set.</returns>
    Task<ContainerCreated> CreateAsync(string name, ContainerCreation creation, CancellationToken cancellationToken);

    /// <summary>Connects to stdin, stdout and stderr. Must precede the start, else the first output is lost.</summary>
    Task<ContainerStream> AttachAsync(string id, CancellationToken cancellationToken);

    /// <summary>Asks to be told of the end; must precede the start.</summary>
    /// <returns>Once the engine has taken the demand: the exit code to come, 128 + n after signal n.</returns>
    Task<Task<int>> BeginWaitAsync(string id, CancellationToken cancellationToken);

    /// <summary>Starts a container.</summary>
    Task StartAsync(string id, CancellationToken cancellationToken);

    /// <summary>The container as the engine sees it.</summary>
    Task<ContainerDescription> InspectAsync(string id, CancellationToken cancellationToken);

    /// <summary>Changes the limits of a container, also of a running one.</summary>
    Task UpdateAsync(string id, ContainerUpdate update, CancellationToken cancellationToken);

    /// <summary>Sends a signal, e.g. <c>KILL</c>, to the container's first process. A container that has ended is no error.</summary>
    Task SignalAsync(string id, string signal, CancellationToken cancellationToken);

    /// <summary>Kills what runs and removes the container. One that is gone is no error.</summary>
    Task RemoveAsync(string id, CancellationToken cancellationToken);

    /// <summary>All containers that carry a label, in any state.</summary>
    Task<IReadOnlyList<ContainerListing>> ListAsync(string label, CancellationToken cancellationToken);

    /// <summary>The identifiers of containers with a label, each time the kernel kills one of their processes for want of memory.</summary>
    IAsyncEnumerable<string> WatchMemoryKillsAsync(string label, CancellationToken cancellationToken);

    /// <summary>Memory and CPU about once a second until the container ends; nothing for one that ends sooner.</summary>
    IAsyncEnumerable<ContainerSample> SampleAsync(string id, CancellationToken cancellationToken);
}
