using Capns.Runner.Worker.Sandboxing.Containers.Accounting;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>Removes containers, and their control groups, of runners that were killed.</summary>
internal sealed class ContainerReaper(IContainerEngine engine, TimeProvider time)
{
    /// <summary>
    /// Longer than any run, and than most waits. An owner on another host, or in another container, cannot be asked whether it lives: its
    /// ended containers are removed at this age, its running ones never.
    /// </summary>
    private static readonly TimeSpan ForeignAge = TimeSpan.FromHours(2);

    /// <summary>Removes what is left.</summary>
    /// <returns>The number of containers.</returns>
    public async Task<int> ReapAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var container in await engine.ListAsync(ContainerOwner.Label, cancellationToken))
        {
            if (IsLeftover(container))
            {
                await engine.RemoveAsync(container.Id, cancellationToken);
                count++;
            }
        }

        if (ControlGroupTree.Find() is { } tree)
        {
            ControlGroup.RemoveLeftovers(tree);
        }

        return count;
    }

    private bool IsLeftover(ContainerListing container)
    {
        var owner = ContainerOwner.Read(container.Labels.GetValueOrDefault(ContainerOwner.Label));
        if (owner is { IsNear: true })
        {
            return !owner.IsAlive;
        }

        return container.State is "exited" or "dead" or "created"
            && time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(container.Created) > ForeignAge;
    }
}
