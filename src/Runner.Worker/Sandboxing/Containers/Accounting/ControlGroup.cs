using System.Globalization;

namespace Capns.Runner.Worker.Sandboxing.Containers.Accounting;

/// <summary>The control group around one container: it outlives the container, so that what was used can be read at the end.</summary>
internal sealed class ControlGroup
{
    private const string Parent = "capns-containers";

    private static int _count;

    private readonly ControlGroupTree _tree;

    private ControlGroup(ControlGroupTree tree, string path)
    {
        _tree = tree;
        Path = path;
    }

    /// <summary>From the root of the tree, as the engine takes it.</summary>
    public string Path { get; }

    /// <summary>Makes a group, still without processes.</summary>
    /// <exception cref="IOException">The tree cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not.</exception>
    public static ControlGroup Create(ControlGroupTree tree)
    {
        var owner = ContainerOwner.Self;
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{owner.Space}-{owner.Process}-{owner.Started}-{Interlocked.Increment(ref _count)}");
        var group = new ControlGroup(tree, $"/{Parent}/{name}");
        if (tree.IsUnified)
        {
            // Each level hands its controllers down before the next can use them.
            Directory.CreateDirectory(tree.Folder("memory", Parent));
            Delegate(tree.Folder("memory", "/"));
            Delegate(tree.Folder("memory", Parent));
            Directory.CreateDirectory(tree.Folder("memory", group.Path));
            return group;
        }

        foreach (var controller in (string[])["memory", "cpuacct"])
        {
            Directory.CreateDirectory(tree.Folder(controller, group.Path));
        }

        return group;

        static void Delegate(string folder) => File.WriteAllText(System.IO.Path.Join(folder, "cgroup.subtree_control"), "+memory +cpu +pids");
    }

    /// <summary>Removes the groups of runners of this host that are gone.</summary>
    /// <returns>Their number.</returns>
    public static int RemoveLeftovers(ControlGroupTree tree)
    {
        var folder = tree.Folder("memory", Parent);
        var gone = Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(path => System.IO.Path.GetFileName(path)!).Where(IsLeftover).ToList() : [];
        gone.ForEach(name => new ControlGroup(tree, $"/{Parent}/{name}").Remove());
        return gone.Count;
    }

    /// <summary>True when the engine put a container in here, rather than on a host of its own.</summary>
    public bool Holds(string containerId) => Directory.Exists(_tree.Folder("memory", $"{Path}/{containerId}"));

    /// <summary>Names the first limit that the kernel does not hold for a container; null when it holds all.</summary>
    public string? FindUnmet(string containerId, SandboxLimits limits)
    {
        var group = $"{Path}/{containerId}";
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
        : ReadKey("memory", $"{Path}/{containerId}", "memory.oom_control", "oom_kill");

    /// <summary>Removes the group from every tree. What is still in use stays, for the next reaping.</summary>
    public void Remove()
    {
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

    private static bool IsLeftover(string name) =>
        name.Split('-') is [var space, var process, var started, _]
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
