using System.Globalization;
using System.Net;
using Capns.Runner.Worker.Sandboxing.Containers.Accounting;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>Makes and starts containers, and refuses where a limit does not hold.</summary>
internal sealed class ContainerLauncher(IContainerEngine engine, EngineFacts facts, MemoryKills kills)
{
    /// <summary>Makes, checks and starts one container.</summary>
    /// <param name="label">Part of its name on the host.</param>
    /// <param name="program">Gives image, environment and folders.</param>
    /// <param name="environment">Beside the program's.</param>
    /// <param name="command">What runs in it; empty: the image's own command.</param>
    /// <param name="limits">Each is checked in the engine's description and, where it can be read, in the kernel.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="SandboxUnavailableException">The engine, the image, a folder or a limit cannot be had.</exception>
    /// <exception cref="SandboxFailedException">The engine broke off.</exception>
    public async Task<Container> LaunchAsync(
        string label,
        SandboxProgram program,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string> command,
        SandboxLimits limits,
        CancellationToken cancellationToken)
    {
        string? id = null;
        ContainerStream? stream = null;
        ControlGroup? group = null;
        try
        {
            var image = await facts.RequireImageAsync(program.Image, cancellationToken);
            group = facts.Tree is { } tree ? ControlGroup.Create(tree) : null;
            var creation = ContainerRecipe.Create(
                image.Name,
                command,
                new Dictionary<string, string>(program.Environment.Concat(environment).GroupBy(pair => pair.Key, pair => pair.Value)
                    .Select(pair => KeyValuePair.Create(pair.Key, pair.Last()))),
                image.HostFolders.Concat(program.ReadOnlyFolders),
                limits,
                group?.Path);
            var name = string.Create(CultureInfo.InvariantCulture, $"capns-{label}-{Guid.NewGuid():N}");
            var created = await engine.CreateAsync(name, creation, cancellationToken);
            id = created.Id;
            await RequireLimitsAsync(created, creation, limits, cancellationToken);
            stream = await engine.AttachAsync(id, cancellationToken);
            var exit = await engine.BeginWaitAsync(id, cancellationToken);
            // Before the start: a program can be out of memory sooner than the engine has answered.
            _ = kills.Of(id);
            await engine.StartAsync(id, cancellationToken);
            group = RequireKernel(group, id, limits);
            return new Container(engine, id, stream, exit, kills, limits, group, group is null ? new UsageSampler(engine, id) : null);
        }
        catch (Exception failure)
        {
            await DiscardAsync(id, stream, group);
            throw failure switch
            {
                EngineUnreachableException when id is not null => new SandboxFailedException(failure.Message, failure),
                EngineUnreachableException => new SandboxUnavailableException(failure.Message, failure),
                EngineRefusedException { Status: >= HttpStatusCode.InternalServerError } when id is not null =>
                    new SandboxFailedException($"The container engine failed: {failure.Message}", failure),
                EngineRefusedException => new SandboxUnavailableException($"The container engine refuses: {failure.Message}", failure),
                _ => failure,
            };
        }
    }

    private async Task RequireLimitsAsync(
        ContainerCreated created, ContainerCreation creation, SandboxLimits limits, CancellationToken cancellationToken)
    {
        if (created.Warnings is { Count: > 0 } warnings)
        {
            throw new SandboxUnavailableException($"The container engine sets the limits only in part: {string.Join(' ', warnings)}");
        }

        var made = await engine.InspectAsync(created.Id, cancellationToken);
        if (ContainerRecipe.FindUnmet(creation, limits, made) is { } unmet)
        {
            throw new SandboxUnavailableException($"The container engine did not take the setting '{unmet}'.");
        }
    }

    /// <summary>Returns the group when the container is in it; else the engine runs elsewhere, and only its own word counts.</summary>
    private ControlGroup? RequireKernel(ControlGroup? group, string id, SandboxLimits limits)
    {
        if (group is null || !group.Holds(id))
        {
            // A program may also have ended already; its group is then gone, but what it used stands in ours.
            if (group is not null && group.ReadCpuTime() > TimeSpan.Zero)
            {
                return group;
            }

            group?.Remove();
            facts.ForgetTree();
            return null;
        }

        return group.FindUnmet(id, limits) is { } unmet && group.Holds(id)
            ? throw new SandboxUnavailableException($"The kernel does not hold the limit '{unmet}' of container {id[..12]}.")
            : group;
    }

    private async Task DiscardAsync(string? id, ContainerStream? stream, ControlGroup? group)
    {
        kills.Forget(id ?? "");
        if (stream is not null)
        {
            await stream.DisposeAsync();
        }

        try
        {
            if (id is not null)
            {
                await engine.RemoveAsync(id, CancellationToken.None);
            }
        }
        catch (Exception lost) when (lost is EngineUnreachableException or EngineRefusedException)
        {
            // The cause is on its way to the caller; the container carries our label and the next reaping finds it.
        }

        group?.Remove();
    }
}
