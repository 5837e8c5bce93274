using Capns.Runner.Worker.Sandboxing.Containers;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class ContainerOwnerTests
{
    [Fact]
    public void Self_WrittenAndRead_IsNearAndAlive()
    {
        var owner = ContainerOwner.Read(ContainerOwner.Self.ToString());

        Assert.Equal(ContainerOwner.Self, owner);
        Assert.True(owner!.IsNear);
        Assert.True(owner.IsAlive);
    }

    [Fact]
    public void IsAlive_AnotherProcessGotTheNumber_IsFalse() =>
        Assert.False((ContainerOwner.Self with { Started = ContainerOwner.Self.Started - 1 }).IsAlive);

    [Fact]
    public void IsAlive_NoSuchProcess_IsFalse() => Assert.False((ContainerOwner.Self with { Process = int.MaxValue }).IsAlive);

    [Fact]
    public void IsNear_OtherBootOrOtherProcessSpace_IsFalse()
    {
        Assert.False((ContainerOwner.Self with { Boot = "other" }).IsNear);
        Assert.False((ContainerOwner.Self with { Space = "1" }).IsNear);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("boot/space/12")]
    [InlineData("boot/space/-12/5")]
    [InlineData("boot/space/12/x")]
    [InlineData("boot/space/12/5/6")]
    public void Read_SomethingElse_IsNull(string? text) => Assert.Null(ContainerOwner.Read(text));
}
