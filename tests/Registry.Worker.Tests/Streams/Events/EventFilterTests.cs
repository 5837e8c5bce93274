using Capns.Contracts;
using Capns.Registry.Worker.Streams.Live.Events;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams.Events;

public sealed class EventFilterTests
{
    [Theory]
    [InlineData("*", "tool.execution.progress", true)]
    [InlineData("tool.execution.*", "tool.execution.progress", true)]
    [InlineData("tool.*.progress", "tool.execution.progress", true)]
    [InlineData("*progress", "tool.execution.progress", true)]
    [InlineData("tool.execution.progress", "tool.execution.progress", true)]
    [InlineData("tool.execution.progress*", "tool.execution.progress", true)]
    [InlineData("tool.approval.*", "tool.execution.progress", false)]
    [InlineData("tool.execution", "tool.execution.progress", false)]
    [InlineData("*started", "tool.execution.progress", false)]
    [InlineData("", "tool.execution.progress", false)]
    public void Fits_APattern_KnowsTheWildcardOnly(string pattern, string name, bool fits) => Assert.Equal(fits, EventFilter.Fits(pattern, name));

    [Fact]
    public void Fits_APatternMadeToBeSlow_EndsAtOnce() =>
        Assert.False(EventFilter.Fits(string.Concat(Enumerable.Repeat("*a", 128)) + "b", new string('a', 5000)));

    [Fact]
    public void Lets_SeveralLists_NeedsOneOfEach()
    {
        var happened = Live.Progress(2);

        Assert.True(EventFilter.Everything.Lets(happened));
        Assert.True(new EventFilter(["x", "tool.execution.*"], [SecurityLevel.Dangerous, SecurityLevel.Safe], ["agent-1"]).Lets(happened));
        Assert.False(new EventFilter(["tool.execution.*"], [SecurityLevel.Dangerous], []).Lets(happened));
        Assert.False(new EventFilter(["tool.execution.*"], [SecurityLevel.Safe], ["agent-2"]).Lets(happened));
        Assert.False(new EventFilter(["tool.approval.*"], [SecurityLevel.Safe], ["agent-1"]).Lets(happened));
    }
}
