using System.Collections.Concurrent;
using Capns.Runner.Worker.Sandboxing.Containers.Accounting;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>What was found out about the engine and its images, asked once.</summary>
internal sealed class EngineFacts(IContainerEngine engine, string baseImage) : IDisposable
{
    /// <summary>On the base image: folders of the host that it needs shown at the same place, separated by colons.</summary>
    private const string HostFoldersLabel = "capns.host-folders";

    private readonly ConcurrentDictionary<string, ReadyImage> _images = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private EngineDescription? _engine;

    /// <summary>The host's control groups, when the engine puts its containers there and this process may.</summary>
    public ControlGroupTree? Tree { get; private set; }

    /// <summary>True when the engine has systemd make control groups.</summary>
    public bool IsSystemd => _engine?.CgroupDriver == "systemd";

    /// <summary>Asks the engine once what it can limit.</summary>
    /// <exception cref="SandboxUnavailableException">Something needed is missing; names it.</exception>
    public async Task RequireEngineAsync(CancellationToken cancellationToken)
    {
        if (_engine is not null)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_engine is null)
            {
                var found = await engine.DescribeAsync(cancellationToken);
                if (FindMissing(found) is { } missing)
                {
                    throw new SandboxUnavailableException($"The container engine cannot {missing}.");
                }

                Tree = FindTree(found);
                _engine = found;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Makes sure that the engine holds an image; fetches it when it does not.</summary>
    /// <param name="named">Null: the base image.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxUnavailableException">It is not there and cannot be fetched; names it.</exception>
    public async Task<ReadyImage> RequireImageAsync(string? named, CancellationToken cancellationToken)
    {
        await RequireEngineAsync(cancellationToken);
        var name = named ?? baseImage;
        if (_images.TryGetValue(name, out var known))
        {
            return known;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            var image = await engine.FindImageAsync(name, cancellationToken) ?? await PullAsync(name, cancellationToken);
            // Only the image that the operator configured may show host folders; any image may carry the label.
            var folders = name == baseImage ? image.Config?.Labels?.GetValueOrDefault(HostFoldersLabel) ?? "" : "";
            return _images[name] = new ReadyImage(
                name,
                [.. folders.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => KeyValuePair.Create(folder, folder))],
                [.. image.Config?.Entrypoint ?? [], .. image.Config?.Cmd ?? []]);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>An image may have been removed since: the next run looks again.</summary>
    public void ForgetImage(string? named) => _images.TryRemove(named ?? baseImage, out _);

    /// <summary>The engine was found not to use this host's control groups, as in a desktop's virtual machine, or they do not last.</summary>
    public void ForgetTree() => Tree = null;

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    private async Task<ImageDescription> PullAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await engine.PullAsync(name, cancellationToken);
        }
        catch (Exception failure) when (failure is EngineRefusedException or EngineUnreachableException)
        {
            throw new SandboxUnavailableException($"Image '{name}' is not on the engine and cannot be fetched: {failure.Message}", failure);
        }

        return await engine.FindImageAsync(name, cancellationToken)
            ?? throw new SandboxUnavailableException($"Image '{name}' is not on the engine, although it was fetched.");
    }

    private static string? FindMissing(EngineDescription found)
    {
        (string What, bool There)[] needed =
        [
            ("run Linux containers", found.OSType == "linux"),
            ("limit memory", found.MemoryLimit),
            ("limit swap (on control groups v1: boot with swapaccount=1)", found.SwapLimit),
            ("limit CPU", found.CpuCfsQuota),
            ("limit processes", found.PidsLimit),
            ("filter system calls (seccomp)", found.SecurityOptions.Any(option => option.StartsWith("name=seccomp", StringComparison.Ordinal))),
        ];
        return Array.Find(needed, thing => !thing.There).What;
    }

    private ControlGroupTree? FindTree(EngineDescription found)
    {
        if (!engine.IsLocal || ControlGroupTree.Find() is not { } tree || tree.IsUnified != (found.CgroupVersion == "2"))
        {
            return null;
        }

        if (found.CgroupDriver == "systemd")
        {
            return SystemdSlices.AreUsable ? tree : null;
        }

        try
        {
            ControlGroup.Create(tree, systemd: false).Remove();
            return tree;
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>An image that the engine holds.</summary>
/// <param name="Name">As the engine knows it.</param>
/// <param name="HostFolders">Folders of the host that it needs, with their place inside.</param>
/// <param name="Command">Its own program and arguments; may be empty.</param>
internal sealed record ReadyImage(string Name, IReadOnlyList<KeyValuePair<string, string>> HostFolders, IReadOnlyList<string> Command);
