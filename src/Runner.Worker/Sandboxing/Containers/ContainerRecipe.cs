using System.Globalization;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;

namespace Capns.Runner.Worker.Sandboxing.Containers;

/// <summary>Turns a program and its limits into a container that can do nothing else.</summary>
/// <remarks>Platform spec 5.5. The isolation was probed: no capability, no new privileges, nobody, no network, nothing to write but /tmp.</remarks>
internal static class ContainerRecipe
{
    /// <summary>The first process, which reaps and forwards signals, counts too.</summary>
    public const int OwnProcesses = 1;

    private const string Nobody = "65534:65534";
    private const string Scratch = "/tmp";

    /// <summary>Needed for semaphores between processes. An engine cannot make it a part of the scratch disk, so it has a share of its size.</summary>
    private const string SharedMemory = "/dev/shm";

    private const int SharedMemoryPart = 32;
    private const int BytesPerFile = 4096;

    /// <summary>Makes the description of a container.</summary>
    /// <param name="image">A name the engine knows.</param>
    /// <param name="command">Program and arguments; empty: the image's own.</param>
    /// <param name="environment">Wins over HOME; of two with one name the later wins.</param>
    /// <param name="folders">Folder of the engine's host to folder inside, read-only.</param>
    /// <param name="limits">Memory, CPU, processes and scratch; wall time and output are the run's to watch.</param>
    /// <param name="controlGroup">Parent control group; null: the engine's default.</param>
    public static ContainerCreation Create(
        string image,
        IReadOnlyList<string> command,
        IEnumerable<KeyValuePair<string, string>> environment,
        IEnumerable<KeyValuePair<string, string>> folders,
        SandboxLimits limits,
        string? controlGroup) => new()
        {
            Image = image,
            // The whole command replaces the image's entry point and its arguments.
            Entrypoint = command.Count > 0 ? command : null,
            Cmd = command.Count > 0 ? [] : null,
            Env = [.. environment.Prepend(KeyValuePair.Create("HOME", Scratch))
                .GroupBy(pair => pair.Key, pair => pair.Value).Select(pair => $"{pair.Key}={pair.Last()}")],
            User = Nobody,
            WorkingDir = Scratch,
            Labels = new Dictionary<string, string> { [ContainerOwner.Label] = ContainerOwner.Self.ToString() },
            HostConfig = Confine(limits) with
            {
                CgroupParent = controlGroup,
                Mounts = [.. folders.Select(folder => new ContainerMount(folder.Key, folder.Value))],
            },
        };

    /// <summary>The limits that can be changed while a container runs.</summary>
    public static ContainerUpdate Update(SandboxLimits limits) => new()
    {
        Memory = limits.MemoryBytes,
        MemorySwap = limits.MemoryBytes,
        NanoCpus = (long)(limits.Cpu * 1_000_000_000),
        PidsLimit = limits.Processes + OwnProcesses,
    };

    /// <summary>Names the first limit that the engine took otherwise than it was asked; null when it took all.</summary>
    public static string? FindUnmet(ContainerUpdate want, ContainerHostConfig got)
    {
        (string Name, bool Met)[] limits =
        [
            ("memory", got.Memory == want.Memory),
            ("no swap", got.MemorySwap == want.MemorySwap),
            ("cpu", got.NanoCpus == want.NanoCpus),
            ("processes", got.PidsLimit == want.PidsLimit),
        ];
        return Array.Find(limits, limit => !limit.Met).Name;
    }

    /// <summary>Names the first setting that the engine took otherwise than it was asked; null when it took all.</summary>
    public static string? FindUnmet(ContainerCreation asked, SandboxLimits limits, ContainerDescription made)
    {
        var (want, got) = (asked.HostConfig, made.HostConfig);
        (string Name, bool Met)[] settings =
        [
            ("scratch", want.Tmpfs!.All(disk => got.Tmpfs?.GetValueOrDefault(disk.Key) == disk.Value)),
            ("no network", got.NetworkMode == want.NetworkMode),
            ("read-only file system", got.ReadonlyRootfs && !got.Privileged),
            ("no capabilities", got.CapDrop?.Contains("ALL") == true),
            ("seccomp and no new privileges", want.SecurityOpt!.All(option => got.SecurityOpt?.Contains(option) == true)),
            ("unprivileged user", made.Config.User == asked.User),
        ];
        return FindUnmet(Update(limits), got) ?? Array.Find(settings, setting => !setting.Met).Name;
    }

    private static ContainerHostConfig Confine(SandboxLimits limits) => new()
    {
        NetworkMode = "none",
        Memory = limits.MemoryBytes,
        MemorySwap = limits.MemoryBytes,
        NanoCpus = (long)(limits.Cpu * 1_000_000_000),
        PidsLimit = limits.Processes + OwnProcesses,
        ReadonlyRootfs = true,
        Init = true,
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges:true", $"seccomp={SeccompProfile.Json}"],
        Tmpfs = new Dictionary<string, string>
        {
            [Scratch] = Disk(limits.ScratchBytes - limits.ScratchBytes / SharedMemoryPart, "exec"),
            [SharedMemory] = Disk(limits.ScratchBytes / SharedMemoryPart, "noexec"),
            // The engine would mount the message queues here, writable for all.
            ["/dev/mqueue"] = "ro,noexec,nosuid,nodev,size=4096,mode=555",
        },
        Ulimits = [new ContainerUlimit("core", 0, 0), new ContainerUlimit("nofile", 1024, 4096)],
        IpcMode = "none",
        CgroupnsMode = "private",
        // Output is passed on, never kept: a log file would let a program fill the host's disk.
        LogConfig = new ContainerLogConfig("none"),
    };

    /// <summary>Empty files cost kernel memory, not space: their number is bounded with the size.</summary>
    private static string Disk(long bytes, string execution) => string.Create(
        CultureInfo.InvariantCulture,
        $"rw,{execution},nosuid,nodev,size={bytes},nr_inodes={Math.Max(1024, bytes / BytesPerFile)},mode=1777");
}
