using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Containers.Accounting;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

/// <summary>Reads from folders that look like control groups.</summary>
public sealed class ControlGroupTests : IDisposable
{
    private const string Id = "c0ffee";
    private const long MiB = 1024 * 1024;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("capns-cgroup-");

    private static SandboxLimits Limits => new()
    {
        MemoryBytes = 64 * MiB,
        Cpu = 0.5,
        WallTime = TimeSpan.FromSeconds(1),
        Processes = 20,
        OutputBytes = 1,
        ScratchBytes = 1,
    };

    [Fact]
    public void Create_EngineUsesSystemd_NamesASliceAndMakesNothing()
    {
        var group = ControlGroup.Create(Unified(), systemd: true);

        Assert.StartsWith("capns-", group.EngineName, StringComparison.Ordinal);
        Assert.EndsWith(".slice", group.EngineName, StringComparison.Ordinal);
        Assert.Equal(1, group.EngineName.Count(character => character == '-'));
        Assert.Equal($"/capns.slice/{group.EngineName}", group.Path);
        Assert.Empty(_root.GetFileSystemInfos());
    }

    [Fact]
    public void Create_EngineUsesFolders_MakesTheFolderAndHandsControllersDown()
    {
        var group = ControlGroup.Create(Unified(), systemd: false);

        Assert.Equal(group.Path, group.EngineName);
        Assert.True(Directory.Exists(_root.FullName + group.Path));
        Assert.Contains("+memory", File.ReadAllText(Path.Combine(_root.FullName, "cgroup.subtree_control")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "docker-c0ffee.scope")]
    [InlineData(false, "c0ffee")]
    public void Holds_ContainerIsInside_IsTrue(bool systemd, string folder)
    {
        var group = ControlGroup.Create(Unified(), systemd);
        Assert.False(group.Holds(Id));

        Directory.CreateDirectory(_root.FullName + group.Path + "/" + folder);

        Assert.True(group.Holds(Id));
    }

    [Theory]
    [InlineData("67108864", "50000 100000", "21", null)]
    [InlineData("33554432", "40000 100000", "21", null)]
    [InlineData("max", "50000 100000", "21", "memory")]
    [InlineData("67112960", "50000 100000", "21", "memory")]
    [InlineData("67108864", "max 100000", "21", "cpu")]
    [InlineData("67108864", "60000 100000", "21", "cpu")]
    [InlineData("67108864", "50000 100000", "max", "processes")]
    [InlineData("67108864", "50000 100000", "22", "processes")]
    public void FindUnmet_VersionTwo_NamesWhatIsNotHeld(string memory, string cpu, string processes, string? unmet)
    {
        var group = ControlGroup.Create(Unified(), systemd: false);
        Write(group.Path + "/" + Id, ("memory.max", memory), ("cpu.max", cpu), ("pids.max", processes));

        Assert.Equal(unmet, group.FindUnmet(Id, Limits));
    }

    [Fact]
    public void Read_VersionTwo_GivesWhatWasUsed()
    {
        var group = ControlGroup.Create(Unified(), systemd: false);
        Write(
            group.Path,
            ("memory.peak", "5000\n"),
            ("memory.current", "100\n"),
            ("cpu.stat", "usage_usec 1500000\nuser_usec 1000000\n"),
            ("memory.events", "low 0\noom 1\noom_kill 2\noom_group_kill 0\n"));

        Assert.Equal(5000, group.ReadPeakMemory());
        Assert.Equal(TimeSpan.FromSeconds(1.5), group.ReadCpuTime());
        Assert.Equal(2, group.ReadMemoryKills(Id));
    }

    [Fact]
    public void Read_FilesAreGone_IsNothing()
    {
        var group = ControlGroup.Create(Unified(), systemd: true);

        Assert.Equal(0, group.ReadPeakMemory());
        Assert.Equal(TimeSpan.Zero, group.ReadCpuTime());
        Assert.Equal(0, group.ReadMemoryKills(Id));
    }

    [Theory]
    [InlineData("capns-4026531836_1_2_3.slice", "4026531836_1_2_3")]
    [InlineData("user-1000.slice", null)]
    [InlineData("capns-x.scope", null)]
    public void NameOf_FolderOfSystemd_IsOursOrNull(string folder, string? name) => Assert.Equal(name, SystemdSlices.NameOf(folder));

    public void Dispose() => _root.Delete(recursive: true);

    private ControlGroupTree Unified() => ControlGroupTree.Read([$"30 24 0:26 / {_root.FullName} rw - cgroup2 cgroup2 rw"])!;

    private void Write(string group, params (string File, string Text)[] files)
    {
        Directory.CreateDirectory(_root.FullName + group);
        foreach (var (file, text) in files)
        {
            File.WriteAllText(_root.FullName + group + "/" + file, text);
        }
    }
}
