using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class ContainerStatisticsTests
{
    [Fact]
    public void TryRead_VersionOne_TakesTheMostMemory()
    {
        const string Line = """{"cpu_stats":{"cpu_usage":{"total_usage":1500000000}},"memory_stats":{"usage":100,"max_usage":200}}""";

        Assert.True(ContainerStatistics.TryRead(Line, out var sample));
        Assert.Equal(new ContainerSample(200, TimeSpan.FromSeconds(1.5)), sample);
    }

    [Fact]
    public void TryRead_VersionTwo_TakesThePresentMemory()
    {
        const string Line = """{"cpu_stats":{"cpu_usage":{"total_usage":100}},"memory_stats":{"usage":100}}""";

        Assert.True(ContainerStatistics.TryRead(Line, out var sample));
        Assert.Equal(new ContainerSample(100, TimeSpan.FromTicks(1)), sample);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"cpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{}}""")]
    [InlineData("""{"cpu_stats":{},"memory_stats":{"usage":1}}""")]
    public void TryRead_ContainerHasEnded_IsNoSample(string line) => Assert.False(ContainerStatistics.TryRead(line, out _));
}
