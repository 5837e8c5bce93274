using System.Globalization;

namespace Capns.Runner.Worker.Sandboxing.Native.ControlGroups;

/// <summary>A group of version 1: one folder below each controller.</summary>
/// <param name="name">The same below each.</param>
/// <param name="folders">Controller to folder; <see cref="ControlGroupsV1.Controllers"/> are all there.</param>
internal sealed class ControlGroupV1(string name, IReadOnlyDictionary<string, string> folders) : IControlGroup
{
    private const int InvalidArgument = 22;
    private const int PeriodMicroseconds = 100_000;

    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    /// <remarks>
    /// Not <c>cgroup.procs</c>: that makes the kernel halt every fork on the machine for a grace period of some milliseconds.
    /// A process of one thread that moves itself is moved as wholly by <c>tasks</c>.
    /// </remarks>
    public IReadOnlyList<string> JoinFiles { get; } = [.. folders.Values.Distinct().Select(folder => Path.Combine(folder, "tasks"))];

    /// <inheritdoc />
    public void SetLimits(SandboxLimits limits, int ownProcesses)
    {
        SetMemory(limits.MemoryBytes.ToString(CultureInfo.InvariantCulture));
        var quota = Math.Max(1000, (long)(limits.Cpu * PeriodMicroseconds));
        ControlFile.Set(Of("cpu", "cpu.cfs_period_us"), PeriodMicroseconds.ToString(CultureInfo.InvariantCulture), nameof(limits.Cpu));
        ControlFile.Set(Of("cpu", "cpu.cfs_quota_us"), quota.ToString(CultureInfo.InvariantCulture), nameof(limits.Cpu));
        ControlFile.Set(Of("pids", "pids.max"), (limits.Processes + ownProcesses).ToString(CultureInfo.InvariantCulture), nameof(limits.Processes));
    }

    /// <inheritdoc />
    public void Signal(int signal, IReadOnlyCollection<int> spared)
    {
        _ = ControlFile.Write(Of("freezer", "freezer.state"), "FROZEN");
        foreach (var process in ControlFile.ReadProcesses(Of("freezer", "cgroup.procs")))
        {
            if (!spared.Contains(process))
            {
                _ = Libc.Kill(process, signal);
            }
        }

        _ = ControlFile.Write(Of("freezer", "freezer.state"), "THAWED");
    }

    /// <inheritdoc />
    public void Kill()
    {
        // Nothing is born any more, and what dies may use the CPU for it.
        _ = ControlFile.Write(Of("pids", "pids.max"), "0");
        _ = ControlFile.Write(Of("cpu", "cpu.cfs_quota_us"), "-1");
        Signal(Libc.SignalKill, []);
    }

    /// <inheritdoc />
    public bool IsEmpty() =>
        ControlFile.ReadProcesses(Of("freezer", "cgroup.procs")).Count == 0
        && ControlFile.ReadProcesses(Of("memory", "cgroup.procs")).Count == 0;

    /// <inheritdoc />
    public long OutOfMemoryKills() => ControlFile.ReadNumber(Of("memory", "memory.oom_control"), "oom_kill");

    /// <inheritdoc />
    public TimeSpan CpuTime() => TimeSpan.FromTicks(ControlFile.ReadNumber(Of("cpuacct", "cpuacct.usage")) / TimeSpan.NanosecondsPerTick);

    /// <inheritdoc />
    public long PeakMemory() => ControlFile.ReadNumber(Of("memory", "memory.max_usage_in_bytes"));

    /// <inheritdoc />
    public bool TryRemove() => folders.Values.Distinct().Aggregate(true, (all, folder) => RemoveFolder(folder) && all);

    internal static bool RemoveFolder(string folder) => Libc.RemoveFolder(folder) == 0 || !Directory.Exists(folder);

    /// <summary>Memory with swap may never be below memory alone, so the order depends on which way the limit moves.</summary>
    private void SetMemory(string bytes)
    {
        var memory = Of("memory", "memory.limit_in_bytes");
        var withSwap = Of("memory", "memory.memsw.limit_in_bytes");
        var error = ControlFile.Write(memory, bytes);
        if (error == InvalidArgument)
        {
            ControlFile.Set(withSwap, bytes, nameof(SandboxLimits.MemoryBytes));
            error = ControlFile.Write(memory, bytes);
        }

        if (error != 0)
        {
            throw ControlFile.Refused(nameof(SandboxLimits.MemoryBytes), bytes, error);
        }

        ControlFile.Set(withSwap, bytes, nameof(SandboxLimits.MemoryBytes) + " with swap");
    }

    private string Of(string controller, string file) => Path.Combine(folders[controller], file);
}
