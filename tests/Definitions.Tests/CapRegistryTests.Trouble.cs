using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;
using Capns.Testing;
using Microsoft.AspNetCore.Http;

namespace Capns.Definitions.Tests;

/// <content>A folder that others use, clocks that are wrong, a registry in trouble.</content>
public sealed partial class CapRegistryTests
{
    [Fact]
    public async Task Open_AnotherProcessDeletedAFileMeanwhile_GoesOn()
    {
        Directory.CreateDirectory(Folder);
        File.CreateSymbolicLink(Path.Combine(Folder, "gone.json"), Path.Combine(Folder, "not-there"));

        Assert.Empty((await OpenAsync()).GetCachedCaps());
    }

    [Fact]
    public async Task Open_HalfWrittenFiles_AreDeletedOnceNobodyCanBeWritingThem()
    {
        Directory.CreateDirectory(Folder);
        foreach (var (name, hours) in new[] { (".old.tmp", 25), (".new.tmp", 23) })
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, name), "{");
            File.SetLastWriteTimeUtc(Path.Combine(Folder, name), _time.GetUtcNow().AddHours(-hours).UtcDateTime);
        }

        await OpenAsync(config => config with { IsReadOnly = true });
        Assert.Equal(2, Directory.GetFiles(Folder).Length);
        await OpenAsync();

        Assert.Equal(".new.tmp", Path.GetFileName(Assert.Single(Directory.GetFiles(Folder))));
    }

    [Fact]
    public async Task GetCap_KeptWhileTheClockWasFarAhead_IsAskedForAgain()
    {
        Server.Give(Definition(Urn, "first"));
        var config = new RegistryConfig { RegistryUrl = Server.Url, CacheFolder = Folder };
        await (await CapRegistry.OpenAsync(config, time: new ManualTime(_time.GetUtcNow().AddDays(3_650)))).GetCapAsync(Urn);
        Server.Give(Definition(Urn, "second"));

        Assert.Equal("second", (await (await OpenAsync()).GetCapAsync(Urn)).Title);
    }

    [Fact]
    public async Task GetEntry_FreshAndReadAgain_SaysTheSameWholeSecond()
    {
        var second = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromMilliseconds(700));
        Server.Give(Definition(Urn));

        var fresh = await (await OpenAsync()).GetEntryAsync(Urn);

        Assert.Equal(second, fresh.CachedAt);
        Assert.Equal(fresh, await (await OpenAsync()).GetEntryAsync(Urn));
    }

    [Fact]
    public async Task GetCap_TwoRegistriesShareAFolder_BothWriteAndAThirdReads()
    {
        string[] urns = [.. Enumerable.Range(0, 40).Select(number => $"cap:in=media:void;op=n{number};out=media:void")];
        Server.Answer = context => context.Response.WriteAsync(Definition(Uri.UnescapeDataString(context.Request.Path.Value![1..])));
        var (one, other) = (await OpenAsync(), await OpenAsync());

        await Task.WhenAll(one.GetCapsAsync(urns), other.GetCapsAsync(urns));
        await Server.StopAsync();

        Assert.Equal(urns, (await (await OpenAsync()).GetCapsAsync(urns)).Select(cap => cap.Urn.ToString()));
        Assert.DoesNotContain(Directory.GetFiles(Folder), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GetCap_DefinitionNestsAsDeepAsAllowed_IsKeptAndReadAgain()
    {
        var deep = new string('[', Cap.MaxJsonDepth - 1) + new string(']', Cap.MaxJsonDepth - 1);
        Server.Give(Definition(Urn, more: $", \"metadata_json\": {deep}"));
        await (await OpenAsync()).GetCapAsync(Urn);
        await Server.StopAsync();

        Assert.Equal(deep, (await (await OpenAsync()).GetCapAsync(Urn)).MetadataJson!.Value.GetRawText());
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task GetEntry_ExpiredAndRegistryInTrouble_GivesTheOldOneAndKnowsNothingOfOthers(int status)
    {
        Server.Give(Definition(Urn));
        var registry = await OpenAsync();
        await registry.GetCapAsync(Urn);
        _time.Advance(TimeSpan.FromHours(25));
        Refuse(status);

        Assert.True((await registry.GetEntryAsync(Urn)).IsStale);
        await Assert.ThrowsAsync<MediaSourceUnreachableException>(async () => await registry.FindAsync(CapUrn.Parse("cap:in;out")));
    }

    [Theory]
    [InlineData(304)]
    [InlineData(404)]
    [InlineData(410)]
    public async Task GetEntry_ExpiredAndRegistrySaysNo_IsNotFoundWithTheStatus(int status)
    {
        Server.Give(Definition(Urn));
        var registry = await OpenAsync();
        await registry.GetCapAsync(Urn);
        _time.Advance(TimeSpan.FromHours(25));
        Refuse(status);

        var failure = await Assert.ThrowsAsync<DefinitionException>(() => registry.GetEntryAsync(Urn));

        Assert.Equal((DefinitionFailure.NotFound, status), (failure.Failure, failure.Status));
        Assert.Null(await registry.FindAsync(CapUrn.Parse(Urn)));
    }

    [Fact]
    public async Task GetCap_RegistryMoved_IsAskedWhereItSays()
    {
        await using var other = await StandInRegistry.StartAsync();
        other.Give(Definition(Urn, "moved"));
        Server.Answer = context =>
        {
            context.Response.Redirect($"{other.Url}/elsewhere");
            return Task.CompletedTask;
        };

        Assert.Equal("moved", (await (await OpenAsync()).GetCapAsync(Urn)).Title);
        Assert.Equal(["/elsewhere"], other.Asked);
    }

    [Fact]
    public async Task GetCap_AnswerTrickles_IsAnHttpErrorThatSaysHowLong()
    {
        var begun = new TaskCompletionSource();
        Server.Answer = async context =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        var registry = await OpenAsync();

        var asking = registry.GetCapAsync(Urn);
        await begun.Task;
        _time.Advance(TimeSpan.FromSeconds(10));

        var failure = await Assert.ThrowsAsync<DefinitionException>(() => asking);
        Assert.Equal(DefinitionFailure.HttpError, failure.Failure);
        Assert.Contains("no answer within 10 s", failure.Message, StringComparison.Ordinal);
    }
}
