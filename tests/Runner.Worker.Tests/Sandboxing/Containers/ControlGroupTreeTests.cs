using Capns.Runner.Worker.Sandboxing.Containers.Accounting;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class ControlGroupTreeTests
{
    private const string Unified = "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
    private const string Memory = "41 30 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory";
    private const string Cpu = "42 30 0:34 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct";
    private const string Hybrid = "43 30 0:35 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";

    [Fact]
    public void Read_OneTreeForAll_IsVersionTwo()
    {
        var tree = ControlGroupTree.Read([Unified]);

        Assert.True(tree!.IsUnified);
        Assert.Equal("/sys/fs/cgroup/a/b", tree.Folder("memory", "/a/b"));
        Assert.Equal(["/sys/fs/cgroup"], tree.Roots);
    }

    [Fact]
    public void Read_TreePerController_FoldersFollowTheController()
    {
        var tree = ControlGroupTree.Read([Memory, Cpu]);

        Assert.False(tree!.IsUnified);
        Assert.Equal("/sys/fs/cgroup/memory/a", tree.Folder("memory", "/a"));
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct/a", tree.Folder("cpuacct", "/a"));
        Assert.Equal(2, tree.Roots.Count());
    }

    [Fact]
    public void Read_HybridHost_IsVersionOneAndCleansBothTrees()
    {
        var tree = ControlGroupTree.Read([Memory, Cpu, Hybrid]);

        Assert.False(tree!.IsUnified);
        Assert.Contains("/sys/fs/cgroup/unified", tree.Roots);
    }

    [Fact]
    public void Read_OnlyAPartOfTheTreeIsMounted_IsOutOfReach() =>
        Assert.Null(ControlGroupTree.Read(["30 24 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw"]));

    [Fact]
    public void Read_NoControlGroups_IsOutOfReach() => Assert.Null(ControlGroupTree.Read(["24 1 254:0 / / rw - ext4 /dev/vda rw"]));
}
