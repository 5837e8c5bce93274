using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Native.ControlGroups;
using Capns.Sandbox.Tests.Conformance;
using Xunit;

namespace Capns.Sandbox.Tests.Native.ControlGroups;

/// <summary>Version 2 on ordinary files: what is written where. The kernel's side is covered where it runs version 2.</summary>
public sealed class ControlGroupV2Tests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("capns-v2-");

    /// <inheritdoc />
    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void SetLimits_AllFilesAreThere_EachGetsItsValue()
    {
        Files("memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max");
        var limits = Example.Limits() with { MemoryBytes = 64 * Example.MiB, Cpu = 0.5, Processes = 10 };

        Group().SetLimits(limits, ownProcesses: 2);

        Assert.Equal("67108864", Read("memory.max"));
        Assert.Equal("0", Read("memory.swap.max"));
        Assert.Equal("1", Read("memory.oom.group"));
        Assert.Equal("12", Read("pids.max"));
        Assert.Equal("50000 100000", Read("cpu.max"));
    }

    [Theory]
    [InlineData("memory.max", "MemoryBytes")]
    [InlineData("memory.swap.max", "MemoryBytes with swap")]
    [InlineData("memory.oom.group", "MemoryBytes of all processes")]
    [InlineData("pids.max", "Processes")]
    [InlineData("cpu.max", "Cpu")]
    public void SetLimits_OneFileIsMissing_IsRefusedByTheLimitsName(string missing, string limit)
    {
        string[] all = ["memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.max"];
        Files([.. all.Except([missing])]);

        var error = Assert.Throws<SandboxUnavailableException>(() => Group().SetLimits(Example.Limits(), 2));

        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Usage_FilesAsTheKernelWritesThem_IsRead()
    {
        Write("memory.events", "low 0\nhigh 0\nmax 5\noom 2\noom_kill 3\noom_group_kill 1\n");
        Write("cpu.stat", "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\n");
        Write("memory.peak", "1048576\n");
        Write("cgroup.events", "populated 1\nfrozen 0\n");

        Assert.Equal(3, Group().OutOfMemoryKills());
        Assert.Equal(TimeSpan.FromSeconds(1.5), Group().CpuTime());
        Assert.Equal(Example.MiB, Group().PeakMemory());
        Assert.False(Group().IsEmpty());
    }

    [Fact]
    public void Kill_KernelCanKillGroups_UsesIt()
    {
        Files("cgroup.kill", "pids.max", "cpu.max");

        Group().Kill();

        Assert.Equal("1", Read("cgroup.kill"));
        Assert.Equal("0", Read("pids.max"));
    }

    [Fact]
    public void Prepare_ControllersAreOffered_AreHandedDown()
    {
        Write("cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
        Files("cgroup.subtree_control");

        new ControlGroupsV2(_folder.FullName).Prepare();

        Assert.Equal("+memory +cpu +pids", Read("cgroup.subtree_control"));
    }

    [Fact]
    public void Prepare_AControllerIsNotOffered_IsRefusedByName()
    {
        Write("cgroup.controllers", "cpuset cpu io pids\n");

        var error = Assert.Throws<SandboxUnavailableException>(() => new ControlGroupsV2(_folder.FullName).Prepare());

        Assert.Contains("memory", error.Message, StringComparison.Ordinal);
    }

    private ControlGroupV2 Group() => new("x", _folder.FullName);

    private void Files(params string[] names)
    {
        foreach (var name in names)
        {
            Write(name, "");
        }
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder.FullName, name));
}
