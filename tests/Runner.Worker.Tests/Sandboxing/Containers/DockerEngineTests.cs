using System.Net;
using Capns.Runner.Worker.Sandboxing.Containers.Engine;
using Xunit;

namespace Capns.Runner.Worker.Tests.Sandboxing.Containers;

public sealed class DockerEngineTests
{
    [Theory]
    [InlineData("1.41", "1.41")]
    [InlineData("1.44", "1.44")]
    [InlineData("1.51", "1.51")]
    [InlineData("1.99", "1.51")]
    public async Task Call_EngineOffersAVersion_TheNewestThatBothKnowIsSpoken(string offered, string spoken)
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(200, """{"OSType":"linux"}"""), offered);
        await using var _ = server;
        using var __ = engine;

        var description = await engine.DescribeAsync(CancellationToken.None);

        Assert.Equal("linux", description.OSType);
        Assert.Equal([$"GET /v{spoken}/info"], server.Asked);
    }

    [Theory]
    [InlineData("1.40")]
    [InlineData("nonsense")]
    public async Task Call_EngineIsTooOld_IsUnusableAndSaysWhatIsNeeded(string offered)
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(200, "{}"), offered);
        await using var _ = server;
        using var __ = engine;

        var failure = await Assert.ThrowsAsync<EngineUnreachableException>(() => engine.DescribeAsync(CancellationToken.None));

        Assert.Contains(offered, failure.Message, StringComparison.Ordinal);
        Assert.Contains("1.41", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NobodyListens_NamesTheAddress()
    {
        Assert.True(EngineEndpoint.TryParse("unix:///nowhere/engine.sock", out var endpoint, out _));
        using var engine = new DockerEngine(endpoint);

        var failure = await Assert.ThrowsAsync<EngineUnreachableException>(() => engine.DescribeAsync(CancellationToken.None));

        Assert.Contains("unix:///nowhere/engine.sock", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"message":"no such thing"}""", "no such thing")]
    [InlineData("<html>proxy</html>", "<html>proxy</html>")]
    public async Task Call_EngineRefuses_StatusAndWordsAreKept(string body, string words)
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(409, body));
        await using var _ = server;
        using var __ = engine;

        var failure = await Assert.ThrowsAsync<EngineRefusedException>(() => engine.StartAsync("abc", CancellationToken.None));

        Assert.Equal(HttpStatusCode.Conflict, failure.Status);
        Assert.Equal(words, failure.Message);
    }

    [Fact]
    public async Task Answer_BreaksOff_IsUnreachable()
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(200, """{"OSType":"li"""));
        await using var _ = server;
        using var __ = engine;

        await Assert.ThrowsAsync<EngineUnreachableException>(() => engine.DescribeAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(409)]
    public async Task SignalAndRemove_ContainerIsGoneOrEnded_AreNoErrors(int status)
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(status, """{"message":"is not running"}"""));
        await using var _ = server;
        using var __ = engine;

        await engine.SignalAsync("abc", "KILL", CancellationToken.None);
        await engine.RemoveAsync("abc", CancellationToken.None);

        Assert.Equal(["POST /v1.43/containers/abc/kill?signal=KILL", "DELETE /v1.43/containers/abc?force=true&v=true"], server.Asked);
    }

    [Theory]
    [InlineData("python", "python:latest")]
    [InlineData("registry:5000/tools/python", "registry:5000/tools/python:latest")]
    [InlineData("python:3.12", "python:3.12")]
    [InlineData("python@sha256:abcd", "python@sha256:abcd")]
    public async Task Pull_ImageWithOrWithoutTag_AsksForOneImage(string image, string asked)
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(200, "{\"status\":\"Pulling\"}\n{\"status\":\"Done\"}\n"));
        await using var _ = server;
        using var __ = engine;

        await engine.PullAsync(image, CancellationToken.None);

        Assert.Equal($"POST /v1.43/images/create?fromImage={asked}", Uri.UnescapeDataString(server.Asked.Single()));
    }

    [Fact]
    public async Task Pull_FailsAfterItsStart_IsRefusedWithTheReason()
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(200, "{\"status\":\"Pulling\"}\n{\"error\":\"manifest unknown\"}\n"));
        await using var _ = server;
        using var __ = engine;

        var failure = await Assert.ThrowsAsync<EngineRefusedException>(() => engine.PullAsync("python:none", CancellationToken.None));

        Assert.Equal("manifest unknown", failure.Message);
    }

    [Fact]
    public async Task FindImage_EngineHasNone_IsNull()
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(404, """{"message":"No such image"}"""));
        await using var _ = server;
        using var __ = engine;

        Assert.Null(await engine.FindImageAsync("python:none", CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"StatusCode":137}""", 137)]
    [InlineData("""{"StatusCode":0,"Error":null}""", 0)]
    public async Task Wait_ContainerEnds_GivesTheCode(string body, int code)
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(200, body));
        await using var _ = server;
        using var __ = engine;

        Assert.Equal(code, await await engine.BeginWaitAsync("abc", CancellationToken.None));
    }

    [Fact]
    public async Task Attach_EngineDoesNotSwitch_IsRefused()
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(404, """{"message":"No such container"}"""));
        await using var _ = server;
        using var __ = engine;

        var failure = await Assert.ThrowsAsync<EngineRefusedException>(() => engine.AttachAsync("abc", CancellationToken.None));

        Assert.Equal("No such container", failure.Message);
    }

    [Fact]
    public async Task WatchMemoryKills_EventsCome_AreIdentifiers()
    {
        var (server, engine) = await EngineServer.Start(EngineServer.Says(200, "{\"Actor\":{\"ID\":\"one\"}}\n{\"Actor\":{\"ID\":\"two\"}}\n"));
        await using var _ = server;
        using var __ = engine;

        var heard = await engine.WatchMemoryKillsAsync("owner=me", CancellationToken.None).ToListAsync();

        Assert.Equal(["one", "two"], heard);
        Assert.Contains("""{"type":["container"],"event":["oom"],"label":["owner=me"]}""", Uri.UnescapeDataString(server.Asked.Single()), StringComparison.Ordinal);
    }
}
