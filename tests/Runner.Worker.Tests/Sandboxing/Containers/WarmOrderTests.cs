using System.Text;
using Capns.Runner.Worker.Sandboxing;
using Capns.Runner.Worker.Sandboxing.Containers.Warm;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class WarmOrderTests
{
    [Fact]
    public void Say_WordsAndVariables_AreOneQuotedLine() =>
        Assert.Equal("exec env -- 'A=b c' 'prog' '--x=$y' ''\n", Text(["prog", "--x=$y", ""], [new("A", "b c")]));

    [Fact]
    public void Say_QuotesAndLineFeeds_AreTakenOutOfTheQuotes() =>
        Assert.Equal("exec env -- 'a'\\''b'\"$n\"'c'\n", Text(["a'b\nc"], []));

    [Theory]
    [InlineData(true, "prog")]
    [InlineData(true, "/bin/sh", "a=b")]
    [InlineData(false, "a=b")]
    [InlineData(false)]
    public void CanSay_ProgramLooksLikeAVariable_IsFalse(bool expected, params string[] command) =>
        Assert.Equal(expected, WarmOrder.CanSay(command));

    [Fact]
    public void WarmKey_CommandsDifferInAShell_AreOneKind()
    {
        var program = new SandboxProgram { Command = ["a"], Environment = new Dictionary<string, string> { ["X"] = "1", ["Y"] = "2" } };
        var same = new SandboxProgram { Command = ["b"], Environment = new Dictionary<string, string> { ["Y"] = "2", ["X"] = "1" } };

        Assert.Equal(WarmKey.SettingOf(program), WarmKey.SettingOf(same));
    }

    [Fact]
    public void WarmKey_AnythingFixedAtTheStartDiffers_IsAnotherKind()
    {
        var program = new SandboxProgram { Command = ["a"] };
        var folders = new Dictionary<string, string> { ["/x"] = "/tools" };
        SandboxProgram[] kinds =
        [
            program,
            program with { Image = "python:3.12" },
            program with { Environment = folders },
            program with { ReadOnlyFolders = folders },
            program with { Prestart = true },
            program with { Prestart = true, Command = ["b"] },
        ];

        Assert.Equal(kinds.Length, kinds.Select(WarmKey.SettingOf).Distinct().Count());
    }

    private static string Text(IReadOnlyList<string> command, IEnumerable<KeyValuePair<string, string>> environment) =>
        Encoding.UTF8.GetString(WarmOrder.Say(command, environment));
}
