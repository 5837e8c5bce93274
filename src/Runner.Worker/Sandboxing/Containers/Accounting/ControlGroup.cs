using System.Globalization;

namespace Capns.Runner.Worker.Sandboxing.Containers.Accounting;

/// <summary>The control group around one container: it outlives the container, so that what was used can be read at the end.</summary>
/// <remarks>
/// An engine with the <c>cgroupfs</c> driver takes a folder that we make. With the <c>systemd</c> driver it takes the name of a
/// slice, which systemd makes with the container and keeps until it is told to stop it.
/// </remarks>
internal sealed class ControlGroup
{
    private const string FolderParent = "capns-containers";

    private static int _count;

    private readonly ControlGroupTree _tree;
    private readonly string? _slice;

    private ControlGroup(ControlGroupTree tree, string name, bool systemd)
    {
        _tree = tree;
        _slice = systemd ? SystemdSlices.Name(name) : null;
        Path = systemd ? $"/{SystemdSlices.Parent}/{_slice}" : $"/{FolderParent}/{name}";
    }

    /// <summary>From the root of the tree.</summary>
    public string Path { get; }

    /// <summary>As the engine takes it for <c>CgroupParent</c>.</summary>
    public string EngineName => _slice ?? Path;

    /// <summary>Makes a group, still without processes.</summary>
    /// <exception cref="IOException">The tree cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not.</exception>
    public static ControlGroup Create(ControlGroupTree tree, bool systemd)
    {
        var owner = ContainerOwner.Self;
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{owner.Space}_{owner.Process}_{owner.Started}_{Interlocked.Increment(ref _count)}");
        var group = new ControlGroup(tree, name, systemd);
        if (!systemd)
        {
            group.MakeFolders();
        }

        return group;
    }

    /// <summary>Removes the groups of runners of this host that are gone.</summary>
    /// <returns>Their number.</returns>
    public static int RemoveLeftovers(ControlGroupTree tree)
    {
        var folders = Names(tree.Folder("memory", FolderParent)).Select(name => (Name: name, IsSlice: false));
        var slices = Names(tree.Folder("memory", SystemdSlices.Parent)).Select(SystemdSlices.NameOf).OfType<string>().Select(name => (Name: name, IsSlice: true));
        var gone = folders.Concat(slices).Where(group => IsLeftover(group.Name)).ToList();
        gone.ForEach(group => new ControlGroup(tree, group.Name, group.IsSlice).Remove());
        return gone.Count;

        static IEnumerable<string> Names(string folder) =>
            Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(path => System.IO.Path.GetFileName(path)) : [];
    }

    /// <summary>True when the engine put a container in here, rather than on a host of its own.</summary>
    public bool Holds(string containerId) => Directory.Exists(_tree.Folder("memory", Inner(containerId)));

    /// <summary>Names the first limit that the kernel does not hold for a container; null when it holds all.</summary>
    public string? FindUnmet(string containerId, SandboxLimits limits)
    {
        var group = Inner(containerId);
        var (quota, period) = _tree.IsUnified
            ? Split(ReadText("memory", group, "cpu.max"))
            : (ReadNumber("cpu", group, "cpu.cfs_quota_us"), ReadNumber("cpu", group, "cpu.cfs_period_us"));
        // The kernel rounds to pages and microseconds, downwards.
        (string Name, bool Met)[] held =
        [
            ("memory", ReadNumber("memory", group, _tree.IsUnified ? "memory.max" : "memory.limit_in_bytes") is > 0 and var bytes && bytes <= limits.MemoryBytes),
            ("processes", ReadNumber("pids", group, "pids.max") == limits.Processes + ContainerRecipe.OwnProcesses),
            ("cpu", quota > 0 && period > 0 && (double)quota / period <= limits.Cpu + 0.0001),
        ];
        return Array.Find(held, limit => !limit.Met).Name;

        static (long Quota, long Period) Split(string text) =>
            text.Split(' ') is [var quota, var period] && long.TryParse(quota, out var first) && long.TryParse(period, out var second)
                ? (first, second)
                : (0, 0);
    }

    /// <summary>CPU time of all processes so far, also of those that have ended.</summary>
    public TimeSpan ReadCpuTime()
    {
        var nanoseconds = _tree.IsUnified
            ? ReadKey("memory", Path, "cpu.stat", "usage_usec") * 1000
            : ReadNumber("cpuacct", Path, "cpuacct.usage");
        return TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>Most memory at any time, in bytes.</summary>
    /// <remarks>Without <c>memory.peak</c> (version 2 before Linux 5.19) what is in use now, 0 after the end.</remarks>
    public long ReadPeakMemory() => _tree.IsUnified
        ? Math.Max(ReadNumber("memory", Path, "memory.peak"), ReadNumber("memory", Path, "memory.current"))
        : ReadNumber("memory", Path, "memory.max_usage_in_bytes");

    /// <summary>Processes killed for want of memory.</summary>
    /// <remarks>Version 1 counts where the process was: in the container's own group, which goes away with the container. So ask as soon as it has ended.</remarks>
    public long ReadMemoryKills(string containerId) => _tree.IsUnified
        ? ReadKey("memory", Path, "memory.events", "oom_kill")
        : ReadKey("memory", Inner(containerId), "memory.oom_control", "oom_kill");

    /// <summary>Removes the group from every tree. What is still in use stays, for the next reaping.</summary>
    public void Remove()
    {
        if (_slice is not null)
        {
            SystemdSlices.Stop(_slice);
            return;
        }

        foreach (var root in _tree.Roots)
        {
            var folder = System.IO.Path.Join(root, Path);
            try
            {
                if (Directory.Exists(folder))
                {
                    foreach (var inner in Directory.GetDirectories(folder))
                    {
                        Directory.Delete(inner);
                    }

                    Directory.Delete(folder);
                }
            }
            catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
            {
                // Control groups vanish only when their last process has; a leftover costs a few kilobytes until then.
            }
        }
    }

    private void MakeFolders()
    {
        if (_tree.IsUnified)
        {
            // Each level hands its controllers down before the next can use them.
            Directory.CreateDirectory(_tree.Folder("memory", FolderParent));
            HandDown(_tree.Folder("memory", "/"));
            HandDown(_tree.Folder("memory", FolderParent));
            Directory.CreateDirectory(_tree.Folder("memory", Path));
            return;
        }

        foreach (var controller in (string[])["memory", "cpuacct"])
        {
            Directory.CreateDirectory(_tree.Folder(controller, Path));
        }

        static void HandDown(string folder) => File.WriteAllText(System.IO.Path.Join(folder, "cgroup.subtree_control"), "+memory +cpu +pids");
    }

    /// <summary>The container's own group, made by the engine.</summary>
    private string Inner(string containerId) => _slice is null ? $"{Path}/{containerId}" : $"{Path}/docker-{containerId}.scope";

    private static bool IsLeftover(string name) =>
        name.Split('_') is [var space, var process, var started, _]
        && ContainerOwner.Read($"{ContainerOwner.Self.Boot}/{space}/{process}/{started}") is { IsNear: true, IsAlive: false };

    private long ReadNumber(string controller, string group, string file) =>
        long.TryParse(ReadText(controller, group, file), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private long ReadKey(string controller, string group, string file, string key)
    {
        var line = ReadText(controller, group, file).Split('\n').FirstOrDefault(line => line.StartsWith(key + " ", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>A file's text; empty when it is not there, which a file of an optional controller or an ended container may be.</summary>
    private string ReadText(string controller, string group, string file)
    {
        try
        {
            return File.ReadAllText(System.IO.Path.Join(_tree.Folder(controller, group), file)).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}
