using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Core.Media;
using Capns.Testing;

namespace Capns.Definitions.Tests;

public sealed class ProfileSchemaRegistryTests : RegistryScene
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Find_Embedded_NeedsNoServer()
    {
        await Server.StopAsync();
        var registry = await OpenAsync();

        var schema = await registry.FindAsync($"{Server.Url}/schema/int-array");

        Assert.Equal("integer", schema!.Value.GetProperty("items").GetProperty("type").GetString());
        Assert.True(registry.IsEmbeddedProfile($"{Server.Url}/schema/str"));
    }

    [Fact]
    public async Task Find_FromItsAddress_IsKeptForSevenDaysUnderTheBeginningOfItsHash()
    {
        Server.Give("""{"type":"string","minLength":2}""");
        var uri = $"{Server.Url}/schema/own";
        await (await OpenAsync()).FindAsync(uri);
        await Server.StopAsync();
        var registry = await OpenAsync();

        Assert.Equal(2, (await registry.FindAsync(uri))!.Value.GetProperty("minLength").GetInt32());

        Assert.Equal(registry.EmbeddedProfiles.Append(uri), registry.CachedProfiles);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(Folder, "profile_schemas")));
        Assert.Matches("^[0-9a-f]{16}\\.json$", Path.GetFileName(file));
        var entry = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        Assert.Equal((uri, 168), (entry["profile_url"]!.GetValue<string>(), entry["ttl_hours"]!.GetValue<int>()));
        _time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        Assert.Null(await (await OpenAsync()).FindCachedAsync(uri));
    }

    [Fact]
    public async Task ClearCache_KeptAndEmbedded_ForgetsOnlyWhatIsKept()
    {
        Server.Give("""{"type":"string"}""");
        var uri = $"{Server.Url}/schema/own";
        var registry = await OpenAsync();
        await registry.FindAsync(uri);
        Assert.Contains(uri, registry.CachedProfiles);

        registry.ClearCache();

        Assert.Equal(registry.EmbeddedProfiles, registry.CachedProfiles);
        Assert.Null(await registry.FindCachedAsync(uri));
        Assert.Null(await (await OpenAsync()).FindCachedAsync(uri));
    }

    [Theory]
    [InlineData("""{"title":"\ud800"}""")]
    [InlineData("""{"type":"string","type":"number"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task Find_AnswerIsNoUsableSchema_IsUnreachableInWords(string answer)
    {
        Server.Give(answer);
        var registry = await OpenAsync();

        var failure = await Assert.ThrowsAsync<MediaSourceUnreachableException>(async () => await registry.FindAsync($"{Server.Url}/schema/own"));

        Assert.Contains("the registry's answer is no definition", failure.Message, StringComparison.Ordinal);
        Assert.Null(await registry.FindCachedAsync($"{Server.Url}/schema/own"));
    }

    [Theory]
    [InlineData("urn:example:schema")]
    [InlineData("file:///etc/passwd")]
    [InlineData("not an address")]
    public async Task Find_NoHttpAddress_IsUnknownAndNothingIsAsked(string profile)
    {
        var registry = await OpenAsync();

        Assert.Null(await registry.FindAsync(profile));
        Assert.False(await registry.SchemaExistsAsync(profile));
    }

    [Fact]
    public async Task Find_NotThere_IsNullAndAwayOrNonsenseIsUnreachable()
    {
        var uri = $"{Server.Url}/schema/own";
        var registry = await OpenAsync();
        Assert.Null(await registry.FindAsync(uri));

        Server.Give("[1]");
        await Assert.ThrowsAsync<MediaSourceUnreachableException>(async () => await registry.FindAsync(uri));

        await Server.StopAsync();
        await Assert.ThrowsAsync<MediaSourceUnreachableException>(async () => await registry.FindAsync(uri));
        Assert.False(await registry.SchemaExistsAsync(uri));
    }

    [Fact]
    public async Task Find_BooleanSchema_IsOne()
    {
        Server.Give("true");

        Assert.Equal(JsonValueKind.True, (await (await OpenAsync()).FindAsync($"{Server.Url}/all"))!.Value.ValueKind);
    }

    private Task<ProfileSchemaRegistry> OpenAsync() =>
        ProfileSchemaRegistry.OpenAsync(new RegistryConfig { RegistryUrl = Server.Url, CacheFolder = Folder }, time: _time);
}
