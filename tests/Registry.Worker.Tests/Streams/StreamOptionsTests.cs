using Capns.Hosting.Configuration;
using Capns.Registry.Worker.Streams;
using Xunit;

namespace Capns.Registry.Worker.Tests.Streams;

public sealed class StreamOptionsTests
{
    [Fact]
    public void Read_NothingIsSet_AreTheDefaultsOfTheSpecification()
    {
        var options = Read("", "");

        Assert.Equal(new StreamOptions(), options);
        Assert.Null(options.Port);
        Assert.Equal(
            (1000, 100, 1000, TimeSpan.FromSeconds(30), false, true),
            (options.BufferSize, options.MaxListeners, options.MaxSockets, options.Heartbeat, options.AllowQueryToken, options.WebSockets));
    }

    [Theory]
    [InlineData("EVENT_STREAM_BUFFER_SIZE", "1", "0")]
    [InlineData("EVENT_STREAM_BUFFER_SIZE", "1000000", "1000001")]
    [InlineData("EVENT_STREAM_MAX_CLIENTS", "1", "0")]
    [InlineData("EVENT_STREAM_MAX_CLIENTS", "100000", "100001")]
    [InlineData("WS_MAX_CLIENTS", "1", "0")]
    [InlineData("WS_MAX_CLIENTS", "100000", "100001")]
    [InlineData("HEARTBEAT_INTERVAL", "1000", "999")]
    [InlineData("HEARTBEAT_INTERVAL", "3600000", "3600001")]
    [InlineData("WS_ALLOW_QUERY_TOKEN", "true", "perhaps")]
    [InlineData("WEBSOCKET_PORT", "1", "0")]
    [InlineData("WEBSOCKET_PORT", "65535", "65536")]
    [InlineData("ENABLE_WEBSOCKET", "false", "perhaps")]
    public void Read_AValueAtItsBoundAndBeyond_IsTakenAndRefused(string variable, string good, string bad)
    {
        Assert.NotNull(Read(variable, good));

        var refused = Assert.Throws<SettingException>(() => Read(variable, bad));
        Assert.Contains($"{variable}={bad}", refused.Message, StringComparison.Ordinal);
    }

    private static StreamOptions Read(string variable, string value) => StreamOptions.Read(new EnvironmentReader(name => name == variable ? value : null));
}
