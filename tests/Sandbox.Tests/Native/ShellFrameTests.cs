using System.Text;
using Capns.Runner.Worker.Sandboxing.Native;
using Xunit;

namespace Capns.Sandbox.Tests.Native;

public sealed class ShellFrameTests
{
    [Fact]
    public void Write_PlainCommand_IsOneExecLine() =>
        Assert.Equal("export A='1'\nexec '/bin/echo' 'it'\\''s' <&3 3<&-\n", Text(["/bin/echo", "it's"], ("A", "1")));

    [Theory]
    [InlineData("dotted.name")]
    [InlineData("IFS")]
    [InlineData("1ST")]
    [InlineData("BASH_ENV")]
    public void Write_NameThatShellsMind_GoesThroughEnv(string name) =>
        Assert.Equal($"exec /usr/bin/env '{name}=v' '/bin/true' <&3 3<&-\n", Text(["/bin/true"], (name, "v")));

    [Fact]
    public void Write_ProgramThatEnvWouldTakeForAVariable_IsHidden() =>
        Assert.Equal("exec /usr/bin/env 'a.b=v' /bin/sh -c 'exec \"$0\" \"$@\"' 'x=y' <&3 3<&-\n", Text(["x=y"], ("a.b", "v")));

    [Fact]
    public void Write_NoCommand_IsRefused() => Assert.Throws<ArgumentException>(() => Text([]));

    [Fact]
    public void Write_NulInArgument_IsRefused() => Assert.Throws<ArgumentException>(() => Text(["/bin/echo", "a\0b"]));

    [Fact]
    public void Write_NulInVariable_IsRefusedByName()
    {
        var error = Assert.Throws<ArgumentException>(() => Text(["/bin/echo"], ("TOKEN", "a\0b")));

        Assert.Contains("TOKEN", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=b")]
    public void Write_NameThatCannotBe_IsRefused(string name) => Assert.Throws<ArgumentException>(() => Text(["/bin/echo"], (name, "v")));

    private static string Text(string[] command, params (string Name, string Value)[] environment) =>
        Encoding.UTF8.GetString(ShellFrame.Write(command, environment.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))));
}
