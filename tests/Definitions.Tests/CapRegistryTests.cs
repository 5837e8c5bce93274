using System.Text.Json.Nodes;
using Capns.Core.Caps;
using Capns.Core.Media;
using Capns.Core.Urns;
using Capns.Testing;
using Microsoft.AspNetCore.Http;

namespace Capns.Definitions.Tests;

/// <summary>Against a real HTTP server on this machine; each test has a cache folder of its own.</summary>
public sealed partial class CapRegistryTests : RegistryScene
{
    private const string Urn = "cap:in=media:listing-id;op=use_grinder;out=media:task-id";
    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public async Task GetCap_NotKept_IsAskedForOnceAtTheEscapedAddressAndKept()
    {
        Server.Give(Definition(Urn));
        var registry = await OpenAsync();

        var cap = await registry.GetCapAsync("cap:op=use_grinder;out=media:task-id;in=media:listing-id");
        await registry.GetCapAsync(Urn);
        await Server.StopAsync();
        var later = await (await OpenAsync()).GetCapAsync(Urn);

        Assert.Equal(Urn, cap.Urn.ToString());
        Assert.Equal(cap, later);
        Assert.Equal(["/cap:in%3Dmedia%3Alisting-id%3Bop%3Duse_grinder%3Bout%3Dmedia%3Atask-id"], Server.Asked);
    }

    [Fact]
    public async Task GetCap_StandardCapability_IsFoundUnderItsUrn()
    {
        var thumbnail = StandardCaps.Thumbnail("pdf");
        Server.Answer = context => context.Response.WriteAsync(Definition(Uri.UnescapeDataString(context.Request.Path.Value![1..])));

        Assert.Equal(thumbnail, (await (await OpenAsync()).GetCapAsync(thumbnail.ToString())).Urn);
    }

    [Fact]
    public async Task GetCap_Kept_FileIsNamedByTheHashOfTheUrnAndSaysWhen()
    {
        const string Demo = "cap:in=media:void;op=demo;out=media:void";
        Server.Give(Definition(Demo));

        await (await OpenAsync()).GetCapAsync(Demo);

        var file = Assert.Single(Directory.GetFiles(Folder));
        Assert.StartsWith("1131dbd8f88b1a81", Path.GetFileName(file), StringComparison.Ordinal);
        var entry = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds(), entry["cached_at"]!.GetValue<long>());
        Assert.Equal(24, entry["ttl_hours"]!.GetValue<int>());
        Assert.Equal(Demo, entry["definition"]!["urn"]!.GetValue<string>());
    }

    [Fact]
    public async Task GetCap_Expired_IsAskedForAgain()
    {
        Server.Give(Definition(Urn, "first"));
        var registry = await OpenAsync();
        await registry.GetCapAsync(Urn);
        Server.Give(Definition(Urn, "second"));

        _time.Advance(TimeSpan.FromHours(24));
        Assert.Equal("first", (await registry.GetCapAsync(Urn)).Title);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("second", (await registry.GetCapAsync(Urn)).Title);
    }

    [Fact]
    public async Task GetEntry_ExpiredAndRegistryAway_GivesTheOldOneAndSaysSo()
    {
        Server.Give(Definition(Urn));
        var registry = await OpenAsync();
        await registry.GetCapAsync(Urn);
        await Server.StopAsync();
        _time.Advance(TimeSpan.FromHours(25));

        var entry = await registry.GetEntryAsync(Urn);

        Assert.True(entry.IsStale);
        Assert.Equal(_time.GetUtcNow() - TimeSpan.FromHours(25), entry.CachedAt);
    }

    [Fact]
    public async Task Open_ExpiredAndBrokenFiles_AreDeletedAndTheOthersKept()
    {
        Server.Give(Definition(Urn));
        await (await OpenAsync()).GetCapAsync(Urn);
        var good = Assert.Single(Directory.GetFiles(Folder));
        var fields = JsonNode.Parse(await File.ReadAllTextAsync(good))!;
        fields["cached_at"] = _time.GetUtcNow().AddHours(-24).AddSeconds(-1).ToUnixTimeSeconds();
        string[] broken = ["", "{", "null", "[]", "{}", """{"definition":null,"cached_at":1,"ttl_hours":1}""", """{"definition":{"urn":1},"cached_at":1,"ttl_hours":1}""",
            """{"definition":{},"cached_at":"x","ttl_hours":1e99}""", """{"definition":{},"cached_at":1,"cached_at":2,"ttl_hours":1}""",
            fields.ToJsonString(), $$"""{"definition":{{Definition(Urn, "\\ud800")}},"cached_at":{{_time.GetUtcNow().ToUnixTimeSeconds()}},"ttl_hours":24}"""];
        for (var i = 0; i < broken.Length; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, $"{i}.json"), broken[i]);
        }

        var registry = await OpenAsync();

        Assert.Equal([good], Directory.GetFiles(Folder));
        Assert.Single(registry.GetCachedCaps());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(301)]
    public async Task GetCap_RegistryRefuses_IsNotFoundWithTheStatus(int status)
    {
        Refuse(status);
        var registry = await OpenAsync();

        var failure = await Assert.ThrowsAsync<DefinitionException>(() => registry.GetCapAsync(Urn));

        Assert.Equal((DefinitionFailure.NotFound, $"Cap '{Urn}' not found in registry (HTTP {status})"), (failure.Failure, failure.Message));
        Assert.Null(await registry.TryGetCapAsync(Urn));
        Assert.False(await registry.CapExistsAsync(Urn));
    }

    [Fact]
    public async Task GetCap_RegistryAway_IsAnHttpErrorAndNothingIsKept()
    {
        await Server.StopAsync();
        var registry = await OpenAsync();

        var failure = await Assert.ThrowsAsync<DefinitionException>(() => registry.GetCapAsync(Urn));

        Assert.Equal(DefinitionFailure.HttpError, failure.Failure);
        Assert.Null(await registry.TryGetCapAsync(Urn));
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task GetCap_RegistryDoesNotAnswer_IsAnHttpErrorThatSaysHowLong()
    {
        var hanging = new TaskCompletionSource();
        Server.Answer = async context =>
        {
            hanging.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        var registry = await OpenAsync();

        var asking = registry.GetCapAsync(Urn);
        await hanging.Task;
        _time.Advance(TimeSpan.FromSeconds(10));

        var failure = await Assert.ThrowsAsync<DefinitionException>(() => asking);
        Assert.Equal(DefinitionFailure.HttpError, failure.Failure);
        Assert.Contains("no answer within 10 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_NotThere_IsNullAndUnreachableIsAnException()
    {
        var registry = await OpenAsync();
        Assert.Null(await registry.FindAsync(CapUrn.Parse(Urn)));

        await Server.StopAsync();

        await Assert.ThrowsAsync<MediaSourceUnreachableException>(async () => await registry.FindAsync(CapUrn.Parse(Urn)));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("null")]
    [InlineData("""{"urn":"cap:op=use_grinder","title":"t","command":"c"}""")]
    [InlineData("""{"urn":"cap:in=media:listing-id;op=other;out=media:task-id","title":"t","command":"c"}""")]
    public async Task GetCap_AnswerIsNotTheDefinition_IsAParseErrorAndNothingIsKept(string answer)
    {
        Server.Give(answer);
        var registry = await OpenAsync();

        var failure = await Assert.ThrowsAsync<DefinitionException>(() => registry.TryGetCapAsync(Urn));

        Assert.Equal(DefinitionFailure.ParseError, failure.Failure);
        Assert.Empty(registry.GetCachedCaps());
    }

    [Fact]
    public async Task GetCap_AnswerIsHuge_IsRefusedUnread()
    {
        Server.Answer = async context =>
        {
            var piece = new byte[65_536];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            }
        };
        var registry = await OpenAsync();

        var failure = await Assert.ThrowsAsync<DefinitionException>(() => registry.GetCapAsync(Urn));

        Assert.Equal(DefinitionFailure.ParseError, failure.Failure);
        Assert.Contains("1048576 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetCap_ManyAtOnce_AskOnce()
    {
        var answer = new TaskCompletionSource();
        Server.Answer = async context =>
        {
            await answer.Task;
            await context.Response.WriteAsync(Definition(Urn));
        };
        var registry = await OpenAsync();

        var asking = Enumerable.Range(0, 50).Select(_ => registry.GetCapAsync(Urn)).ToArray();
        answer.SetResult();
        var caps = await Task.WhenAll(asking);

        Assert.Single(Server.Asked);
        Assert.Single(caps.Distinct());
    }

    [Fact]
    public async Task GetCap_CallerGivesUp_OthersStillGetIt()
    {
        var answer = new TaskCompletionSource();
        Server.Answer = async context =>
        {
            await answer.Task;
            await context.Response.WriteAsync(Definition(Urn));
        };
        var registry = await OpenAsync();
        using var impatient = new CancellationTokenSource();

        var first = registry.GetCapAsync(Urn, impatient.Token);
        var second = registry.GetCapAsync(Urn);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult();

        Assert.Equal(Urn, (await second).Urn.ToString());
    }

    [Fact]
    public async Task GetCaps_Several_ComeInTheOrderAskedForAndNoMoreAtOnceThanAllowed()
    {
        var (now, most) = (0, 0);
        Server.Answer = async context =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
            await context.Response.WriteAsync(Definition(Uri.UnescapeDataString(context.Request.Path.Value![1..])));
        };
        var registry = await OpenAsync(config => config with { MaxParallelRequests = 3 });
        string[] urns = [.. Enumerable.Range(0, 30).Select(number => $"cap:in=media:void;op=n{number};out=media:void")];

        var caps = await registry.GetCapsAsync(urns);

        Assert.Equal(urns, caps.Select(cap => cap.Urn.ToString()));
        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task Offline_OnlyWhatIsKeptOrStandard_IsThere()
    {
        Server.Give(Definition(Urn));
        await (await OpenAsync()).GetCapAsync(Urn);
        var standard = Cap.Parse(Definition("cap:in=media:void;op=built_in;out=media:void"));
        var registry = await OpenAsync(config => config with { IsOffline = true }, standard);

        Assert.Equal([standard], registry.GetStandardCaps());
        Assert.True(registry.Config.IsOffline);
        Assert.NotNull(await registry.TryGetCapAsync(Urn));
        Assert.Equal(standard, await registry.GetCapAsync(standard.Urn.ToString()));
        var failure = await Assert.ThrowsAsync<DefinitionException>(() => registry.GetCapAsync("cap:in=*;out=*"));
        Assert.Equal(DefinitionFailure.HttpError, failure.Failure);
        Assert.Single(Server.Asked);
    }

    [Fact]
    public async Task ReadOnly_NothingIsWrittenOrDeleted()
    {
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, "broken.json"), "{");
        Server.Give(Definition(Urn));
        var registry = await OpenAsync(config => config with { IsReadOnly = true });

        await registry.GetCapAsync(Urn);

        Assert.Equal("broken.json", Path.GetFileName(Assert.Single(Directory.GetFiles(Folder))));
        Assert.Equal(DefinitionFailure.CacheError, Assert.Throws<DefinitionException>(registry.ClearCache).Failure);
    }

    [Fact]
    public async Task ClearCache_KeptOnes_AreGoneFromMemoryAndDisk()
    {
        Server.Give(Definition(Urn));
        var registry = await OpenAsync();
        await registry.GetCapAsync(Urn);

        registry.ClearCache();

        Assert.Empty(registry.GetCachedCaps());
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task CacheFolder_IsAFile_IsACacheErrorThatNamesIt()
    {
        await File.WriteAllTextAsync(Folder, "in the way");
        Server.Give(Definition(Urn));
        try
        {
            var registry = await OpenAsync();
            var failure = await Assert.ThrowsAsync<DefinitionException>(() => registry.GetCapAsync(Urn));
            Assert.Equal(DefinitionFailure.CacheError, failure.Failure);
            Assert.Contains(Folder, failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(Folder);
        }
    }

    [Fact]
    public async Task ValidateCap_CommandOrStdinDiffers_IsNamed()
    {
        const string Stdin = """, "args": [{"media_urn": "media:a", "required": true, "sources": [{"stdin": "media:a"}]}]""";
        Server.Give(Definition(Urn, more: Stdin));
        var registry = await OpenAsync();
        var canonical = await registry.GetValidatedCapAsync(Urn);

        var command = await Assert.ThrowsAsync<DefinitionException>(() => registry.ValidateCapAsync(canonical with { Command = "other" }));
        var stdin = await Assert.ThrowsAsync<DefinitionException>(() => registry.ValidateCapAsync(canonical with { Args = [] }));

        Assert.Equal((DefinitionFailure.ValidationError, "Command mismatch. Local: other, Canonical: run"), (command.Failure, command.Message));
        Assert.Equal("stdin mismatch. Local: none, Canonical: media:a", stdin.Message);
    }

    private void Refuse(int status) => Server.Answer = context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    private static string Definition(string urn, string title = "Title", string more = "") =>
        $$"""{"urn": {{JsonValue.Create(urn).ToJsonString()}}, "title": "{{title}}", "command": "run"{{more}}}""";

    private Task<CapRegistry> OpenAsync(Func<RegistryConfig, RegistryConfig>? change = null, params Cap[] standard)
    {
        var config = new RegistryConfig { RegistryUrl = Server.Url, CacheFolder = Folder };
        return CapRegistry.OpenAsync(change?.Invoke(config) ?? config, standard: standard, time: _time);
    }
}
