using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class EngineEndpointTests
{
    [Theory]
    [InlineData("unix:///var/run/docker.sock", true)]
    [InlineData("unix:///run/user/1000/podman%20x.sock", true)]
    [InlineData("tcp://engine.example:2375", false)]
    [InlineData("tcp://127.0.0.1:2375", false)]
    public void TryParse_AddressOfAnEngine_SaysWhetherItIsLocal(string text, bool local)
    {
        Assert.True(EngineEndpoint.TryParse(text, out var endpoint, out _));
        Assert.Equal(local, endpoint.IsLocal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/var/run/docker.sock")]
    [InlineData("unix://")]
    [InlineData("unix://host/docker.sock")]
    [InlineData("tcp://engine.example")]
    [InlineData("npipe:////./pipe/docker_engine")]
    [InlineData("ssh://user@host")]
    public void TryParse_AnythingElse_ErrorNamesTheText(string text)
    {
        Assert.False(EngineEndpoint.TryParse(text, out _, out var error));
        Assert.Contains($"'{text}'", error, StringComparison.Ordinal);
        Assert.Contains("DOCKER_HOST", error, StringComparison.Ordinal);
    }
}
