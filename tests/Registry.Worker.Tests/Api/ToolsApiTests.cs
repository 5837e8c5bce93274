using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Api;

public sealed class ToolsApiTests(CatalogueFixture fixture) : IClassFixture<CatalogueFixture>, IAsyncLifetime
{
    private static readonly HashSet<string> AllPermissions = ["tool:read", "tool:write"];

    private ApiHost? _host;

    private HttpClient Client => _host!.Client;

    public async Task InitializeAsync()
    {
        if (ServerUrls.Missing is null || ServerUrls.Required)
        {
            _host = await StartAsync(AllPermissions);
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
    public async Task Post_GoodDefinition_IsCreatedAndFoundBySlugAndUuid()
    {
        using var created = await PostAsync(Definitions.Valid("api-created").With("executionConfig.memoryLimit", "1GB"));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var tool = await BodyAsync(created);
        Assert.Equal($"/api/v1/tools/{tool["id"]}", created.Headers.Location!.ToString());
        Assert.Equal("\"1\"", created.Headers.ETag!.ToString());

        foreach (var path in new[] { created.Headers.Location.ToString(), "/api/v1/tools/api-created", "/api/v1/tools/api-created?version=^1" })
        {
            using var shown = await Client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
            var body = await BodyAsync(shown);
            Assert.Equal(("api-created", "1.0.0", "tester", 1024), ((string)body["slug"]!, (string)body["latestVersion"]!, (string)body["owner"]!, (int)body["executionConfig"]!["memoryLimit"]!));
            Assert.Equal(JsonValueKind.Object, body["parameters"]!.GetValueKind());
        }

        using var unchanged = new HttpRequestMessage(HttpMethod.Get, "/api/v1/tools/api-created");
        unchanged.Headers.IfNoneMatch.Add(created.Headers.ETag);
        using var answer = await Client.SendAsync(unchanged);
        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
    }

    [ServersFact]
    public async Task Post_Twice_IsADuplicate()
    {
        using var first = await PostAsync(Definitions.Valid("api-twice"));
        using var second = await PostAsync(Definitions.Valid("api-twice"));
        await AssertProblemAsync(second, HttpStatusCode.Conflict, "DUPLICATE_TOOL", "api-twice");
    }

    [ServersFact]
    public async Task Post_BadDefinition_NamesEveryFieldByPointer()
    {
        using var answer = await PostAsync(Definitions.Valid("api-bad").With("version", "one").With("colour", "red"));
        var problem = await AssertProblemAsync(answer, HttpStatusCode.UnprocessableEntity, "INVALID_DEFINITION", "colour");
        Assert.Equal("/colour", (string)problem["details"]!["errors"]![0]!["path"]!);
        Assert.Equal("additionalProperties", (string)problem["details"]!["errors"]![0]!["keyword"]!);
        Assert.Equal("urn:capns:problem:invalid-definition", (string)problem["type"]!);
        Assert.Equal("/api/v1/tools", (string)problem["instance"]!);
    }

    [ServersTheory]
    [InlineData("tool:read", "tool:write")]
    [InlineData("tool:write", "tool:trust")]
    public async Task Post_WithoutThePermission_IsForbidden(string granted, string missing)
    {
        await using var host = await StartAsync([granted]);
        using var answer = await host.Client.PostAsync(
            new Uri("/api/v1/tools", UriKind.Relative), Json(Definitions.Valid("api-trusted").With("trust", "trusted").ToJsonString()));
        await AssertProblemAsync(answer, HttpStatusCode.Forbidden, "INSUFFICIENT_PERMISSIONS", missing);
    }

    [ServersTheory]
    [InlineData("{", HttpStatusCode.BadRequest, "INVALID_REQUEST", "line 1")]
    [InlineData("", HttpStatusCode.BadRequest, "INVALID_REQUEST", "empty")]
    [InlineData("[]", HttpStatusCode.UnprocessableEntity, "INVALID_DEFINITION", "object")]
    [InlineData("null", HttpStatusCode.UnprocessableEntity, "INVALID_DEFINITION", "object")]
    [InlineData("{\"name\":\"\\u0000\"}", HttpStatusCode.UnprocessableEntity, "INVALID_DEFINITION", "U+0000")]
    [InlineData("{\"name\":\"\\ud800\"}", HttpStatusCode.UnprocessableEntity, "INVALID_DEFINITION", "surrogate")]
    public async Task Post_BodyCannotBeRead_IsTheCallersMistake(string body, HttpStatusCode status, string code, string word)
    {
        using var answer = await Client.PostAsync(new Uri("/api/v1/tools", UriKind.Relative), Json(body));
        await AssertProblemAsync(answer, status, code, word);
    }

    [ServersTheory]
    [InlineData("text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/merge-patch+json", HttpStatusCode.UnprocessableEntity)]
    public async Task Post_ContentType_IsLookedAt(string type, HttpStatusCode status)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await Client.PostAsync(new Uri("/api/v1/tools", UriKind.Relative), content);
        Assert.Equal(status, answer.StatusCode);
    }

    [ServersTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_BodyAboveTheLimit_Is413(bool lengthIsKnown)
    {
        var bytes = new byte[JsonBody.MaxBytes + 1];
        Array.Fill(bytes, (byte)' ');
        using HttpContent content = lengthIsKnown ? new ByteArrayContent(bytes) : new StreamContent(new UnknownLength(bytes));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await Client.PostAsync(new Uri("/api/v1/tools", UriKind.Relative), content);
        await AssertProblemAsync(answer, HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE", "10485760");
    }

    [ServersFact]
    public async Task Validate_Definition_SaysWhatIsWrongAndStoresNothing()
    {
        using var good = await Client.PostAsync(new Uri("/api/v1/tools/validate", UriKind.Relative), Json(Definitions.Valid("api-validated").ToJsonString()));
        using var bad = await Client.PostAsync(new Uri("/api/v1/tools/validate", UriKind.Relative), Json(Definitions.Valid("api-validated").With("version", "1").ToJsonString()));

        Assert.True((bool)(await BodyAsync(good))["valid"]!);
        var body = await BodyAsync(bad);
        Assert.False((bool)body["valid"]!);
        Assert.Equal("/version", (string)body["errors"]![0]!["path"]!);
        using var shown = await Client.GetAsync(new Uri("/api/v1/tools/api-validated", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, shown.StatusCode);
    }

    [ServersFact]
    public async Task List_PagesFiltersAndOrder_AreKept()
    {
        foreach (var name in new[] { "lst-a", "lst-b", "lst-c_100%" })
        {
            using var created = await PostAsync(Definitions.Valid(name.Replace("%", "", StringComparison.Ordinal)).With("name", name).With("category", "listed").With("tags", new JsonArray("lst", name)));
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        var first = await ListAsync("category=listed&limit=2&sort=-name");
        Assert.Equal((3, 1, 2, 2), ((int)first["total"]!, (int)first["page"]!, (int)first["limit"]!, (int)first["pages"]!));
        Assert.Equal(["lst-c_100%", "lst-b"], Names(first));
        Assert.Equal(["lst-a"], Names(await ListAsync("category=listed&limit=2&sort=-name&page=2")));
        Assert.Equal(["lst-b"], Names(await ListAsync("tags=lst,lst-b")));
        Assert.Equal(["lst-c_100%"], Names(await ListAsync("q=C_100%25")));
        Assert.Empty(Names(await ListAsync("category=listed&securityLevel=dangerous")));
        Assert.Empty(Names(await ListAsync("category=listed&enabled=false")));
    }

    [ServersTheory]
    [InlineData("page=0", "page")]
    [InlineData("limit=101", "101")]
    [InlineData("limit=x", "limit")]
    [InlineData("sort=colour", "colour")]
    [InlineData("enabled=maybe", "maybe")]
    [InlineData("securityLevel=3", "securityLevel")]
    [InlineData("q=%00", "U+0000")]
    public async Task List_BadParameter_IsNamed(string query, string word)
    {
        using var answer = await Client.GetAsync(new Uri($"/api/v1/tools?{query}", UriKind.Relative));
        await AssertProblemAsync(answer, HttpStatusCode.BadRequest, "INVALID_REQUEST", word);
    }

    [ServersTheory]
    [InlineData("GET", "/api/v1/tools/nowhere", HttpStatusCode.NotFound, "TOOL_NOT_FOUND")]
    [InlineData("GET", "/api/v1/tools/no%20where", HttpStatusCode.NotFound, "TOOL_NOT_FOUND")]
    [InlineData("GET", "/api/v1/tools/math-calculator?version=9.9.9", HttpStatusCode.NotFound, "VERSION_NOT_FOUND")]
    [InlineData("GET", "/api/v1/tools/math-calculator?version=new", HttpStatusCode.BadRequest, "INVALID_REQUEST")]
    [InlineData("GET", "/api/v1/nothing", HttpStatusCode.NotFound, "NOT_FOUND")]
    [InlineData("PATCH", "/api/v1/tools", HttpStatusCode.MethodNotAllowed, "INVALID_REQUEST")]
    public async Task Request_NothingFits_IsAProblemWithItsCode(string method, string path, HttpStatusCode status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await Client.SendAsync(request);
        await AssertProblemAsync(answer, status, code, "");
    }

    [ServersTheory]
    [InlineData("mine-1", true)]
    [InlineData("with space", false)]
    [InlineData("", false)]
    public async Task Request_Id_IsTheCallersWhereItCanBe(string given, bool kept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/tools/nowhere");
        request.Headers.TryAddWithoutValidation("X-Request-ID", given);
        using var answer = await Client.SendAsync(request);
        var id = Assert.Single(answer.Headers.GetValues("X-Request-ID"));
        Assert.Equal(kept, id == given);
        Assert.Equal(id, (string)(await BodyAsync(answer))["requestId"]!);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static async Task<JsonNode> BodyAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

    private static IEnumerable<string> Names(JsonNode list) => list["items"]!.AsArray().Select(tool => (string)tool!["name"]!);

    private static async Task<JsonNode> AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code, string word)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", Assert.Single(answer.Headers.GetValues("traceparent")));
        var problem = await BodyAsync(answer);
        Assert.Equal((code, (int)status), ((string)problem["code"]!, (int)problem["status"]!));
        Assert.Contains(word, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.NotEmpty((string)problem["title"]!);
        return problem;
    }

    private async Task<JsonNode> ListAsync(string query)
    {
        using var answer = await Client.GetAsync(new Uri($"/api/v1/tools?{query}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await BodyAsync(answer);
    }

    private Task<HttpResponseMessage> PostAsync(JsonObject definition) =>
        Client.PostAsync(new Uri("/api/v1/tools", UriKind.Relative), Json(definition.ToJsonString()));

    private Task<ApiHost> StartAsync(HashSet<string> permissions) => ApiHost.StartAsync(fixture, tester: permissions);

    /// <summary>Bytes whose number is not said beforehand.</summary>
    private sealed class UnknownLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
