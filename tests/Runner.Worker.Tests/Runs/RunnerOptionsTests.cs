using Capns.Hosting.Configuration;
using Capns.Runner.Worker.Runs;

namespace Capns.Runner.Worker.Tests.Runs;

public class RunnerOptionsTests
{
    [Fact]
    public void Read_NothingIsSet_GivesTheDefaults()
    {
        var options = Read(development: false);

        Assert.Equal(["default", "trusted"], options.Pools);
        Assert.Equal(100, options.Slots);
        Assert.Equal(TimeSpan.FromMilliseconds(30_000), options.ShutdownDrain);
        Assert.Equal(TimeSpan.FromMilliseconds(30_000), options.HeartbeatInterval);
        Assert.Equal(10_485_760, options.ResultMaxBytes);
        Assert.Equal(1000, options.StreamBufferSize);
        Assert.Null(options.ToolFiles);
        Assert.False(options.BenchmarkNoop);
        Assert.Equal(TimeSpan.FromSeconds(5), options.LeaseInterval);
        Assert.Equal(TimeSpan.FromSeconds(25), options.LeaseGivenUpAfter);
        Assert.Equal(TimeSpan.FromSeconds(60), options.EarlyAcknowledgeAfter);
    }

    [Fact]
    public void Read_InDevelopment_ServesAllFourPools() =>
        Assert.Equal(["default", "trusted", "quarantine", "isolated"], Read(development: true).Pools);

    [Theory]
    [InlineData("MAX_CONCURRENT_EXECUTIONS", "0")]
    [InlineData("MAX_CONCURRENT_EXECUTIONS", "10001")]
    [InlineData("RUNNER_POOLS", "Default")]
    [InlineData("RUNNER_POOLS", "isolated,default")]
    [InlineData("RUNNER_POOLS", ",")]
    [InlineData("RESULT_MAX_BYTES", "1023")]
    [InlineData("EVENT_STREAM_BUFFER_SIZE", "0")]
    [InlineData("TOOL_FILES", "/no/such/folder")]
    [InlineData("CAPNS_BENCH_NOOP_EXECUTOR", "maybe")]
    public void Read_ValueIsOutOfItsBounds_NamesVariableAndValue(string variable, string value)
    {
        var error = Assert.Throws<SettingException>(() => Read(development: false, (variable, value)));

        Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_IsolatedAlone_IsAllowed() => Assert.Equal(["isolated"], Read(development: false, ("RUNNER_POOLS", "isolated")).Pools);

    private static RunnerOptions Read(bool development, params (string Name, string Value)[] variables) => RunnerOptions.Read(
        new EnvironmentReader(name => variables.FirstOrDefault(variable => variable.Name == name).Value), development, "runner-1");
}
