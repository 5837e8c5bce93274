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
    /// <param name="cancellationToken">Gives up before the next step; nothing is left behind.</param>
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
        // Known to the engine before we know its identifier: an answer that never comes leaves a container all the same.
        var name = string.Create(CultureInfo.InvariantCulture, $"capns-{label}-{Guid.NewGuid():N}");
        string? id = null;
        ContainerStream? stream = null;
        ControlGroup? group = null;
        try
        {
            var image = await facts.RequireImageAsync(program.Image, cancellationToken);
            group = facts.Tree is { } tree ? ControlGroup.Create(tree, facts.IsSystemd) : null;
            var creation = ContainerRecipe.Create(
                image.Name,
                command,
                program.Environment.Concat(environment),
                image.HostFolders.Concat(program.ReadOnlyFolders),
                limits,
                group?.EngineName);
            cancellationToken.ThrowIfCancellationRequested();
            id = name;
            var created = await engine.CreateAsync(name, creation, CancellationToken.None);
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
            if (Translate(failure, mayHaveStarted: stream is not null, program.ReadOnlyFolders) is { } translated)
            {
                throw translated;
            }

            throw;
        }
    }

    /// <summary>Before the container is attached to nothing can have run; afterwards it may have.</summary>
    private static Exception? Translate(Exception failure, bool mayHaveStarted, IReadOnlyDictionary<string, string> folders) => failure switch
    {
        EngineUnreachableException when mayHaveStarted => new SandboxFailedException(failure.Message, failure),
        EngineUnreachableException => new SandboxUnavailableException(failure.Message, failure),
        EngineRefusedException { Status: >= HttpStatusCode.InternalServerError } when mayHaveStarted =>
            new SandboxFailedException($"The container engine failed: {Inside(failure.Message, folders)}", failure),
        EngineRefusedException => new SandboxUnavailableException($"The container engine refuses: {Inside(failure.Message, folders)}", failure),
        _ => null,
    };

    /// <summary>The engine names folders of the host; callers know, and may know, only where they are inside.</summary>
    private static string Inside(string message, IReadOnlyDictionary<string, string> folders) =>
        folders.OrderByDescending(folder => folder.Key.Length)
            .Aggregate(message, (text, folder) => text.Replace(folder.Key, $"(what is shown at {folder.Value})", StringComparison.Ordinal));

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
