using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

public sealed class CapabilitiesApiTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private const string Generic = "cap:in=media:bytes;op=thumb;out=media:png";
    private const string Specific = "cap:ext=pdf;in=media:bytes;op=thumb;out=media:png";

    private ApiHost? _host;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is null || ServerUrls.Required)
        {
            _host = await StartAsync("tool:read");
        }
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    [ServersFact]
    public async Task Everything_ByNameAndByRequest_IsShown()
    {
        var empty = await GetAsync("?q=api-");
        Assert.Equal((0, 0, 0), ((int)empty["total"]!, (int)empty["pages"]!, empty["items"]!.AsArray().Count));
        await AssertProblemAsync("/resolve?cap=cap:op=thumb", HttpStatusCode.NotFound, "CAP_NOT_FOUND", "No tool that may run now provides cap:in;op=thumb;out. The nearest is cap:");
        Assert.Null((await GetAsync("/explain?cap=cap:op=thumb"))["best"]);

        await PublishAsync("api-generic", "thumbs", Generic);
        await PublishAsync("api-specific", "thumbs", Specific);
        await PublishAsync("api-texts", "words", "cap:in=media:textable;op=count;out");

        var all = await GetAsync("?q=api-");
        Assert.Equal(
            [(Specific, "cap"), (Generic, "cap"), ("cap:in=media:textable;op=count;out", "cap"), ("thumbs", "word"), ("words", "word")],
            all["items"]!.AsArray().Select(item => ((string)item!["capability"]!, (string)item["kind"]!)));
        Assert.Equal(["api-generic", "api-specific"], all["items"]![3]!["tools"]!.AsArray().Select(tool => (string)tool!["slug"]!));
        Assert.Equal(["cap:in=media:textable;op=count;out", "words"], Names(await GetAsync("?q=API-TEXTS")));
        var page = await GetAsync("?q=api-&limit=2&page=3");
        Assert.Equal(("words", 5, 3), (Assert.Single(Names(page)), (int)page["total"]!, (int)page["pages"]!));

        var resolved = await GetAsync("/resolve?cap=" + Uri.EscapeDataString("cap:op=thumb;ext=pdf"));
        Assert.Equal("cap:ext=pdf;in;op=thumb;out", (string)resolved["cap"]!);
        Assert.Equal(("api-specific", Specific, 4), ((string)resolved["best"]!["provider"]!, (string)resolved["best"]!["matchedCap"]!, (int)resolved["best"]!["specificity"]!));
        Assert.Equal(["api-specific", "api-generic"], resolved["candidates"]!.AsArray().Select(one => (string)one!["provider"]!));
        Assert.All(resolved["candidates"]!.AsArray(), one => Assert.True(Guid.TryParse((string)one!["toolId"]!, out _)));

        var explained = await GetAsync("/explain?cap=" + Uri.EscapeDataString("cap:op=thumb;ext=pdf"));
        Assert.Equal("api-specific", (string)explained["best"]!["provider"]!);
        Assert.Contains("has the highest Reference score, 4; the next has 3", (string)explained["reason"]!, StringComparison.Ordinal);
        Assert.Equal(3, explained["nearest"]!.AsArray().Count);
        Assert.Equal(Specific, (string)explained["definition"]!["urn"]!);
        await AssertProblemAsync("/resolve?cap=cap:op=sum", HttpStatusCode.NotFound, "CAP_NOT_FOUND", "for it to accept, change 'op=sum' to");
    }

    [ServersTheory]
    [InlineData("/resolve", "INVALID_REQUEST", "cap must be given once")]
    [InlineData("/resolve?cap=", "INVALID_REQUEST", "empty")]
    [InlineData("/explain?cap=cap:a=1&cap=cap:b=1", "INVALID_REQUEST", "2 times")]
    [InlineData("/explain?cap=op=x", "INVALID_CAP", "MissingCapPrefix")]
    [InlineData("/resolve?cap=cap:op=%22x", "INVALID_CAP", "UnterminatedQuote at character 10")]
    [InlineData("?limit=0", "INVALID_REQUEST", "limit")]
    public async Task Request_IsWrong_NamesWhat(string path, string code, string word) => await AssertProblemAsync(path, HttpStatusCode.BadRequest, code, word);

    [ServersTheory]
    [InlineData("")]
    [InlineData("/resolve?cap=cap:op=x")]
    [InlineData("/explain?cap=cap:op=x")]
    public async Task Request_WithoutPermission_IsForbidden(string path)
    {
        await using var host = await StartAsync("tool:write");
        using var answer = await host.Client.GetAsync(new Uri("/api/v1/capabilities" + path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static List<string> Names(JsonNode list) => [.. list["items"]!.AsArray().Select(item => (string)item!["capability"]!)];

    private async Task PublishAsync(string slug, params string[] capabilities) =>
        Assert.False((await fixture.PublishAsync(Definitions.Valid(slug).With("capabilities", new JsonArray([.. capabilities.Select(text => (JsonNode)text)])))).IsRefused);

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _host!.Client.GetAsync(new Uri("/api/v1/capabilities" + path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task AssertProblemAsync(string path, HttpStatusCode status, string code, string word)
    {
        using var answer = await _host!.Client.GetAsync(new Uri("/api/v1/capabilities" + path, UriKind.Relative));
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((status, "application/problem+json", code), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType, (string)problem["code"]!));
        Assert.Contains(word, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private Task<ApiHost> StartAsync(string permission) => ApiHost.StartAsync(fixture, services => services.AddSingleton(fixture.Capabilities), tester: new HashSet<string> { permission });
}
