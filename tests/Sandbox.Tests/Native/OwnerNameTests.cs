using Capns.Runner.Worker.Sandboxing.Native;
using Xunit;

namespace Capns.Sandbox.Tests.Native;

public sealed class OwnerNameTests
{
    [Fact]
    public void Next_CalledTwice_IsOursAndDiffers()
    {
        var name = OwnerName.Next();

        Assert.NotEqual(name, OwnerName.Next());
        Assert.False(OwnerName.IsLeftover(name));
    }

    [Theory]
    [InlineData("capns-1-1-7")] // Process 1 lives, but started at another time.
    [InlineData("capns-4194399-55-1")] // Above the highest process number.
    public void IsLeftover_OwnerIsGone_IsTrue(string name) => Assert.True(OwnerName.IsLeftover(name));

    [Theory]
    [InlineData("capns-containers")]
    [InlineData("capns-host")]
    [InlineData("capns")]
    [InlineData("docker")]
    [InlineData("system-1-1")]
    [InlineData("capns-x-1-1")]
    public void IsLeftover_NameIsNotOfThisKind_IsFalse(string name) => Assert.False(OwnerName.IsLeftover(name));
}
