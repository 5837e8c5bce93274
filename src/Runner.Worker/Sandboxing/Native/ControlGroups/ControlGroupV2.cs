using System.Globalization;

namespace Capns.Runner.Worker.Sandboxing.Native.ControlGroups;

/// <summary>A group of version 2: one folder.</summary>
internal sealed class ControlGroupV2(string name, string folder) : IControlGroup
{
    private const int PeriodMicroseconds = 100_000;

    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    public IReadOnlyList<string> JoinFiles { get; } = [Path.Combine(folder, "cgroup.procs")];

    /// <inheritdoc />
    public void SetLimits(SandboxLimits limits, int ownProcesses)
    {
        Set("memory.max", limits.MemoryBytes, nameof(limits.MemoryBytes));
        Set("memory.swap.max", 0, nameof(limits.MemoryBytes) + " with swap");
        Set("memory.oom.group", 1, nameof(limits.MemoryBytes) + " of all processes together");
        Set("pids.max", limits.Processes + ownProcesses, nameof(limits.Processes));
        var quota = Math.Max(1000, (long)(limits.Cpu * PeriodMicroseconds));
        var value = string.Create(CultureInfo.InvariantCulture, $"{quota} {PeriodMicroseconds}");
        ControlFile.Set(Of("cpu.max"), value, nameof(limits.Cpu));
    }

    /// <inheritdoc />
    public void Signal(int signal, IReadOnlyCollection<int> spared)
    {
        _ = ControlFile.Write(Of("cgroup.freeze"), "1");
        foreach (var process in ControlFile.ReadProcesses(Of("cgroup.procs")))
        {
            if (!spared.Contains(process))
            {
                _ = Libc.Kill(process, signal);
            }
        }

        _ = ControlFile.Write(Of("cgroup.freeze"), "0");
    }

    /// <inheritdoc />
    public void Kill()
    {
        _ = ControlFile.Write(Of("pids.max"), "0");
        _ = ControlFile.Write(Of("cpu.max"), "max");
        if (ControlFile.Write(Of("cgroup.kill"), "1") != 0)
        {
            Signal(Libc.SignalKill, []); // Kernels before 5.14.
        }
    }

    /// <inheritdoc />
    public bool IsEmpty() => ControlFile.ReadNumber(Of("cgroup.events"), "populated") == 0;

    /// <inheritdoc />
    public long OutOfMemoryKills() => ControlFile.ReadNumber(Of("memory.events"), "oom_kill");

    /// <inheritdoc />
    public TimeSpan CpuTime() => TimeSpan.FromMicroseconds(ControlFile.ReadNumber(Of("cpu.stat"), "usage_usec"));

    /// <inheritdoc />
    public long PeakMemory() => Math.Max(ControlFile.ReadNumber(Of("memory.peak")), ControlFile.ReadNumber(Of("memory.current")));

    /// <inheritdoc />
    public bool TryRemove() => ControlGroupV1.RemoveFolder(folder);

    private void Set(string file, long value, string limit) => ControlFile.Set(Of(file), value.ToString(CultureInfo.InvariantCulture), limit);

    private string Of(string file) => Path.Combine(folder, file);
}
