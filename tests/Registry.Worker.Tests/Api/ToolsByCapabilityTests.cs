using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

/// <summary>The filters <c>capabilities</c> and <c>cap</c> of the list of tools.</summary>
public sealed class ToolsByCapabilityTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private const string Generic = "cap:in=media:bytes;op=thumb;out=media:png";
    private const string Specific = "cap:ext=pdf;in=\"media:bytes;pdf\";op=thumb;out=media:png";
    private const string Commas = "cap:in;list=\"a,\\\"b\";op=comma;out";

    private ApiHost? _host;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is not null && !ServerUrls.Required)
        {
            return;
        }

        await PublishAsync("a-generic", "thumbs", Generic, "cap:a=1;in;op=other;out");
        await PublishAsync("b-plain", "thumbs");
        await PublishAsync("c-commas", "commas", Commas);
        await PublishAsync("d-specific", "thumbs", Specific);
        await PublishAsync("e-off", "cap:ext=pdf;in=\"media:bytes;pdf\";op=thumb;out=media:png;size=small");
        await fixture.Database.ExecuteAsync("UPDATE tools SET is_enabled = false WHERE slug = 'e-off'");
        await fixture.Capabilities.RefreshAsync(CancellationToken.None);
        _host = await ApiHost.StartAsync(fixture, services => services.AddSingleton(fixture.Capabilities));
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    [ServersTheory]
    [InlineData("capabilities=thumbs", "a-generic,b-plain,d-specific")]
    [InlineData("capabilities=Thumbs", "")]
    [InlineData("capabilities=thumbs&sort=-name", "d-specific,b-plain,a-generic")]
    [InlineData("capabilities=thumbs, CAP:OUT=media:png;OP=thumb;in=media:bytes", "a-generic")]
    [InlineData("capabilities=thumbs&capabilities=cap:op=other;a=1", "a-generic")]
    [InlineData("capabilities=cap:op=other", "")]
    [InlineData("capabilities=commas,cap:op=comma;list=\"a,\\\"b\",", "c-commas")]
    [InlineData("capabilities=,&limit=3", "a-generic,b-plain,c-commas")]
    public async Task Capabilities_WordsAndUrns_AreAllDeclared(string query, string slugs) => Assert.Equal(slugs, await ListAsync(query));

    [ServersTheory]
    [InlineData("cap=cap:op=thumb;ext=pdf;in=\"media:bytes;pdf\"", "e-off,d-specific,a-generic")]
    [InlineData("cap=cap:op=thumb;ext=pdf;in=\"media:bytes;pdf\"&enabled=true", "d-specific,a-generic")]
    [InlineData("cap=cap:op=thumb;ext=pdf;in=\"media:bytes;pdf\"&limit=1&page=2", "d-specific")]
    [InlineData("cap=cap:op=thumb;ext=pdf;in=\"media:bytes;pdf\"&limit=2&page=3", "")]
    [InlineData("cap=cap:op=thumb;ext=pdf;in=\"media:bytes;pdf\"&sort=name", "a-generic,d-specific,e-off")]
    [InlineData("cap=cap:op=thumb;ext=pdf;in=\"media:bytes;pdf\"&capabilities=thumbs", "d-specific,a-generic")]
    [InlineData("cap=cap:op=thumb;ext=wav", "a-generic")]
    [InlineData("cap=cap:op=nothing", "")]
    [InlineData("cap=&limit=3", "a-generic,b-plain,c-commas")]
    public async Task Cap_ToolsThatAcceptIt_ComeBestFirst(string query, string slugs) => Assert.Equal(slugs, await ListAsync(query));

    [ServersFact]
    public async Task Cap_Page_SaysHowManyThereAreInAll()
    {
        var page = await GetAsync("cap=cap:op=thumb;ext=pdf;in=\"media:bytes;pdf\"&limit=2");

        Assert.Equal((3, 2, 2), ((int)page["total"]!, (int)page["pages"]!, page["items"]!.AsArray().Count));
    }

    [ServersTheory]
    [InlineData("cap=op=x", "INVALID_CAP", "cap must be a capability URN: MissingCapPrefix")]
    [InlineData("cap=cap:a=1&cap=cap:b=1", "INVALID_REQUEST", "2 times")]
    [InlineData("capabilities=word,cap:op=", "INVALID_CAP", "capabilities must be a capability URN: EmptyTagComponent")]
    public async Task Parameter_IsMalformed_IsNamed(string query, string code, string word)
    {
        using var answer = await _host!.Client.GetAsync(Path(query));

        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, (string)problem["code"]!));
        Assert.Contains(word, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [ServersTheory]
    [InlineData(50, 4096, HttpStatusCode.OK)]
    [InlineData(51, 4096, HttpStatusCode.BadRequest)]
    [InlineData(50, 4097, HttpStatusCode.BadRequest)]
    public async Task Parameters_Bounds_AreKept(int count, int length, HttpStatusCode status)
    {
        const string Start = "cap:op=";
        var query = $"capabilities={string.Join(',', Enumerable.Repeat("w", count))}&cap={Start}{new string('x', length - Start.Length)}";

        using var answer = await _host!.Client.GetAsync(Path(query));

        Assert.Equal(status, answer.StatusCode);
    }

    private static Uri Path(string query) =>
        new("/api/v1/tools?" + string.Join('&', query.Split('&').Select(pair => pair.Split('=', 2)).Select(pair => $"{pair[0]}={Uri.EscapeDataString(pair[1])}")), UriKind.Relative);

    private async Task PublishAsync(string slug, params string[] capabilities)
    {
        Assert.False((await fixture.PublishAsync(Definitions.Valid(slug).With("capabilities", new JsonArray([.. capabilities.Select(text => (JsonNode)text)])))).IsRefused);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
    }

    private async Task<string> ListAsync(string query) =>
        string.Join(',', (await GetAsync(query))["items"]!.AsArray().Select(tool => (string)tool!["slug"]!));

    private async Task<JsonNode> GetAsync(string query)
    {
        using var answer = await _host!.Client.GetAsync(Path(query));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
