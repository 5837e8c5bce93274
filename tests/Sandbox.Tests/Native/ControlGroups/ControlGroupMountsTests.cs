using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Native.ControlGroups;
using Xunit;

namespace Capns.Sandbox.Tests.Native.ControlGroups;

public sealed class ControlGroupMountsTests
{
    private const string Version1 =
        """
        cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
        cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
        cgroup /sys/fs/cgroup/freezer cgroup rw,relatime,freezer 0 0
        cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0

        """;

    private const string Processes = "cgroup /sys/fs/cgroup/pids cgroup rw,relatime,pids 0 0\n";

    [Fact]
    public void Choose_EveryControllerOfVersion1_IsVersion1() =>
        Assert.IsType<ControlGroupsV1>(ControlGroupMounts.Choose(Version1 + Processes + "none /sys/fs/cgroup/unified cgroup2 rw 0 0\n", null));

    [Fact]
    public void Choose_ControllersSharingAMount_AreJoinedOnce()
    {
        var group = ControlGroupMounts.Choose(Version1 + Processes, null).Open("x");

        Assert.Equal(4, group.JoinFiles.Count);
        Assert.Contains("/sys/fs/cgroup/cpu,cpuacct/x/tasks", group.JoinFiles);
    }

    [Fact]
    public void Choose_AControllerIsMissing_IsRefusedByName()
    {
        var error = Assert.Throws<SandboxUnavailableException>(() => ControlGroupMounts.Choose(Version1, null));

        Assert.Contains("pids", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NothingIsMounted_IsRefused() => Assert.Throws<SandboxUnavailableException>(() => ControlGroupMounts.Choose("", null));
}
