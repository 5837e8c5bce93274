namespace Capns.Registry.Worker.Executions.KillSwitches;

/// <summary>The kill switches as this instance knows them, at most a moment old; gate 5 looks here. Reading takes no lock.</summary>
internal sealed class KillSwitchBoard
{
    private IReadOnlyList<KillSwitch> _all = [];

    /// <summary>All that are set. Written by <see cref="KillSwitchWatch"/>.</summary>
    public IReadOnlyList<KillSwitch> All
    {
        get => Volatile.Read(ref _all);
        set => Volatile.Write(ref _all, value);
    }

    /// <summary>The switch that forbids a tool, or null. The global one comes first.</summary>
    public KillSwitch? Find(Guid toolId) => All.OrderBy(set => set.ToolId is not null).FirstOrDefault(set => set.ToolId is null || set.ToolId == toolId);
}
