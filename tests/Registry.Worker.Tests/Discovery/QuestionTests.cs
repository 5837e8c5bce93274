using System.Text.Json.Nodes;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Discovery;

/// <summary>What is asked over HTTP reaches discovery as platform spec 3.20 has it, and what it says comes back.</summary>
public sealed class QuestionTests(DiscoveryWorld world) : IClassFixture<DiscoveryWorld>
{
    [ServersTheory]
    [InlineData("/tools/search?q=add+numbers", """{"mode":"search","query":"add numbers","limit":20}""")]
    [InlineData(
        "/tools/search?q=x&category=a,b&tags=t&capabilities=word,cap:op=add&cap=cap:op=sum&securityLevel=moderate&limit=50&includeParameters=true&includeDeprecated=false",
        """{"mode":"search","query":"x","categories":["a","b"],"tags":["t"],"capabilities":["word","cap:op=add","cap:op=sum"],"securityLevel":"moderate","limit":50,"includeParameters":true,"includeDeprecated":false}""")]
    [InlineData("/tools/recommendations", """{"mode":"recommend","limit":5}""")]
    [InlineData("/recommendations?query=add&context=sums&currentToolIds=adder,counter&limit=1", """{"mode":"recommend","query":"add","context":"sums","currentToolIds":["adder","counter"],"limit":1}""")]
    public async Task Get_OfTools_AsksAsTheCaller(string path, string expected)
    {
        var answer = (await world.SendAsync("GET", path, headers: ["X-Request-ID", $"question-{path.Length}"])).Is(200);

        var heard = world.Discovery.Heard.Last();
        var payload = JsonNode.Parse(expected)!.AsObject().With("userId", "root").With("requestId", $"question-{path.Length}");
        Assert.True(JsonNode.DeepEquals(payload, Without(heard.Data, "categories", "tags")), $"{payload} and {heard.Data}");
        Assert.Equal("user root", heard.Caller);
        Assert.Equal(world.Broker.VirtualHost, heard.User);
        Assert.NotEqual("capability-registry", (string?)heard.Document["source"]);
        Assert.Equal("found", (string?)answer.Body!["recommendations"]![0]!["name"]);
        Assert.Equal((41, true), ((int)answer.Body!["graphEpoch"]!, (bool)answer.Body!["degraded"]!));
    }

    [ServersTheory]
    [InlineData("related", """{"mode":"related","minStrength":0.5,"limit":10}""", 10)]
    [InlineData("related?types=USED_WITH,DEPENDS_ON,REQUIRES&minStrength=0.25&limit=3", """{"mode":"related","relationTypes":["USED_WITH","REQUIRES"],"minStrength":0.25,"limit":3}""", 3)]
    [InlineData("similar", """{"mode":"similar","minStrength":0.6,"limit":5}""", 5)]
    [InlineData("similar?minSimilarity=1&limit=50", """{"mode":"similar","minStrength":1,"limit":50}""", 50)]
    [InlineData("used-with", """{"mode":"used-with","limit":10}""", 10)]
    [InlineData("dependencies", """{"mode":"dependencies"}""", 1)]
    [InlineData("dependents", """{"mode":"dependents"}""", 1)]
    public async Task Get_OfAToolsRelatives_IsAListByUuidAndBySlug(string path, string expected, int limit)
    {
        foreach (var tool in new[] { "adder", world.Adder.ToString() })
        {
            var list = (await world.SendAsync("GET", $"/tools/{tool}/{path}")).Is(200).Body!;

            var heard = Without(world.Discovery.Heard.Last().Data, "requestId", "userId", "includeDeprecated");
            var payload = JsonNode.Parse(expected)!.AsObject().With("toolId", world.Adder.ToString());
            Assert.True(JsonNode.DeepEquals(payload, heard), $"{payload} and {heard}");
            Assert.Equal((1, 1, limit, 1), ((int)list["total"]!, (int)list["page"]!, (int)list["limit"]!, (int)list["pages"]!));
            Assert.Equal((41, true), ((int)list["graphEpoch"]!, (bool)list["degraded"]!));
            var item = Assert.Single(list["items"]!.AsArray())!;
            Assert.Equal(("found", "ok", 1, "REQUIRES"), ((string)item["name"]!, (string)item["status"]!, (int)item["depth"]!, (string)item["relationships"]![0]!["type"]!));
        }
    }

    [ServersFact]
    public async Task Post_WithABody_PassesItOnWithoutWhatIsForTheBus()
    {
        var body = JsonNode.Parse("""
            {"requestId":"d-9","agentId":"agent-001","query":"summarise","context":{"topic":"contracts","keywords":["pdf"]},"costLimit":0.5,"mode":"related","toolId":"adder",
             "responseEventType":"tool.discovery.requested.response.x","auth":{"token":"secret"},"limit":3}
            """)!.AsObject();

        var answer = (await world.SendAsync("POST", "/discovery", body, DiscoveryWorld.AgentToken("agent-001"))).Is(200);

        var heard = world.Discovery.Heard.Last();
        Assert.True(JsonNode.DeepEquals(Without(body, "auth", "responseEventType"), heard.Data), heard.Data.ToJsonString());
        Assert.Equal("user alice", heard.Caller);
        Assert.Equal("related", (string?)answer.Body!["mode"]);
    }

    [ServersTheory]
    [InlineData("/tools/search", 400, "INVALID_REQUEST", "q is required")]
    [InlineData("/tools/search?q=x&limit=0", 400, "INVALID_REQUEST", "limit must be a whole number from 1 to 50; it is \"0\"")]
    [InlineData("/tools/search?q=x&limit=51", 400, "INVALID_REQUEST", "limit must be a whole number from 1 to 50; it is \"51\"")]
    [InlineData("/tools/search?q=x&securityLevel=secret", 400, "INVALID_REQUEST", "securityLevel must be one of safe, moderate, restricted, dangerous")]
    [InlineData("/tools/search?q=x&cap=cap", 400, "INVALID_CAP", "cap")]
    [InlineData("/tools/recommendations?limit=51", 400, "INVALID_REQUEST", "limit must be a whole number from 1 to 50")]
    [InlineData("/tools/adder/related?types=LIKES", 400, "INVALID_REQUEST", "types must be of SIMILAR_TO, USED_WITH, ENHANCES, REPLACES, REQUIRES, DEPENDS_ON; one is \"LIKES\"")]
    [InlineData("/tools/adder/related?minStrength=1.1", 400, "INVALID_REQUEST", "minStrength must be a number from 0 to 1; it is \"1.1\"")]
    [InlineData("/tools/adder/similar?minSimilarity=NaN", 400, "INVALID_REQUEST", "minSimilarity must be a number from 0 to 1")]
    [InlineData("/tools/nowhere/related", 404, "TOOL_NOT_FOUND", "There is no tool \"nowhere\"")]
    [InlineData("/tools/nowhere/similar", 404, "TOOL_NOT_FOUND", "nowhere")]
    [InlineData("/tools/nowhere/used-with", 404, "TOOL_NOT_FOUND", "nowhere")]
    [InlineData("/tools/00000000-0000-4000-8000-000000000000/dependencies", 404, "TOOL_NOT_FOUND", "00000000")]
    [InlineData("/tools/NOT%20A%20SLUG/dependents", 404, "TOOL_NOT_FOUND", "NOT A SLUG")]
    [InlineData("/recommendations?agentId=agent-009", 403, "INSUFFICIENT_PERMISSIONS", "agentId must be the login's own, or the login needs permission act-as; it is \"agent-009\"")]
    public async Task Get_WithWhatCannotBe_IsRefusedByTheRegistryItself(string path, int status, string code, string text)
    {
        var before = world.Discovery.Heard.Count;

        var answer = (await world.SendAsync("GET", path)).Is(status, code);

        Assert.Contains(text, (string?)answer.Body!["detail"], StringComparison.Ordinal);
        Assert.Equal(before, world.Discovery.Heard.Count);
    }

    [ServersFact]
    public async Task Get_WithAQueryOf500Characters_IsAskedAndOneMoreIsNot()
    {
        (await world.SendAsync("GET", $"/tools/search?q={new string('q', 500)}")).Is(200);
        (await world.SendAsync("GET", $"/tools/search?q={new string('q', 501)}")).Is(400, "INVALID_REQUEST");
    }

    [ServersTheory]
    [InlineData("[]", 400, "INVALID_REQUEST")]
    [InlineData("""{"query":"x","toolId":7}""", 422, "INVALID_PARAMETERS")]
    [InlineData("""{"query":"x","agentId":"agent-009"}""", 403, "INSUFFICIENT_PERMISSIONS")]
    [InlineData("""{"query":"x","userId":"bob"}""", 403, "INSUFFICIENT_PERMISSIONS")]
    [InlineData("""{"mode":"similar","toolId":"nowhere"}""", 404, "TOOL_NOT_FOUND")]
    public async Task Post_WithWhatCannotBe_IsRefused(string body, int status, string code) =>
        (await world.SendAsync("POST", "/discovery", JsonNode.Parse(body))).Is(status, code);

    [ServersFact]
    public async Task Post_NestedTooDeepForAMessage_IsRefused()
    {
        JsonNode nested = JsonValue.Create(1);
        for (var level = 0; level < 40; level++)
        {
            nested = new JsonArray(nested);
        }

        (await world.SendAsync("POST", "/discovery", new JsonObject { ["query"] = "x", ["context"] = nested })).Is(400, "INVALID_REQUEST");
    }

    [ServersFact]
    public async Task Post_TooLongForAMessage_IsRefused() =>
        (await world.SendAsync("POST", "/discovery", new JsonObject { ["query"] = "x", ["more"] = new string('x', 1100 * 1024) })).Is(413, "PAYLOAD_TOO_LARGE");

    private static JsonObject Without(JsonObject payload, params string[] names)
    {
        var rest = payload.DeepClone().AsObject();
        foreach (var name in names)
        {
            // An empty list says nothing.
            if (rest[name] is not JsonArray { Count: > 0 })
            {
                rest.Remove(name);
            }
        }

        return rest;
    }
}
