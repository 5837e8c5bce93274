using System.Text.Json.Nodes;
using Capns.Contracts.Graph;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Audit;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Discovery;

/// <summary>Relations that people set, and orders to rebuild: sent to discovery, answered when they are done, audited.</summary>
public sealed class GraphCommandTests(DiscoveryWorld world) : IClassFixture<DiscoveryWorld>
{
    [ServersFact]
    public async Task Relation_ThatIsSet_IsAnsweredWhenItIsKept()
    {
        world.Discovery.Script = world.Discovery.SucceedAsync;

        var relation = (await world.SendAsync("POST", "/tools/adder/relationships", Valid().With("metadata", new JsonObject { ["ticket"] = "T-12" }))).Is(201).Body!;

        var heard = world.Discovery.Heard.Last();
        Assert.Equal((QueueNames.DiscoveryCommands, "capns.graph.relation.put", "user root"), (heard.Queue, heard.Type, heard.Caller));
        Assert.Equal(
            (world.Adder, world.Counter, "ENHANCES", 0.8, "Because.", "root", "T-12"),
            ((Guid)heard.Data["fromToolId"]!, (Guid)heard.Data["toToolId"]!, (string)heard.Data["type"]!, (double)heard.Data["strength"]!, (string)heard.Data["reason"]!,
                (string)heard.Data["setBy"]!, (string)heard.Data["metadata"]!["ticket"]!));
        Assert.Equal(
            (world.Adder, world.Counter, "ENHANCES", 0.8, "manual", "T-12"),
            ((Guid)relation["fromToolId"]!, (Guid)relation["toToolId"]!, (string)relation["type"]!, (double)relation["strength"]!, (string)relation["source"]!,
                (string)relation["metadata"]!["ticket"]!));
    }

    [ServersTheory]
    [InlineData("REQUIRES")]
    [InlineData("DEPENDS_ON")]
    public async Task Relation_OfANeed_IsRequiresWithStrengthOne(string type)
    {
        world.Discovery.Script = world.Discovery.SucceedAsync;

        (await world.SendAsync("POST", $"/tools/{world.Adder}/relationships", Valid().With("type", type).With("strength", null).With("toToolId", world.Counter.ToString()))).Is(201);

        var heard = world.Discovery.Heard.Last();
        Assert.Equal(("REQUIRES", 1.0), ((string)heard.Data["type"]!, (double)heard.Data["strength"]!));
    }

    [ServersFact]
    public async Task Relation_ThatWouldCloseACircle_IsRefusedWithThePath()
    {
        world.Discovery.Script = heard => world.Discovery.RefuseAsync(heard, "DEPENDENCY_CYCLE", "adder → counter → adder", new JsonObject { ["path"] = new JsonArray("adder", "counter") });

        var answer = (await world.SendAsync("POST", "/tools/adder/relationships", Valid().With("type", "REQUIRES").With("strength", 1))).Is(422, "DEPENDENCY_CYCLE");

        Assert.Equal(("adder → counter → adder", "counter"), ((string)answer.Body!["detail"]!, (string)answer.Body!["details"]!["path"]![1]!));
        var entries = world.Audit.Entries.Where(entry => entry.Action == "relation.put").TakeLast(2).ToList();
        Assert.Equal([(AuditOutcome.Ok, null), (AuditOutcome.Denied, "DEPENDENCY_CYCLE")], entries.Select(entry => (entry.Outcome, entry.Code)));
    }

    [ServersFact]
    public async Task Relation_IsInTheAuditLogBeforeItIsOrdered()
    {
        var written = new TaskCompletionSource<AuditEntry?>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Discovery.Script = heard =>
        {
            written.TrySetResult(world.Audit.Entries.LastOrDefault());
            return world.Discovery.SucceedAsync(heard);
        };

        (await world.SendAsync("DELETE", "/tools/adder/relationships/ENHANCES/counter")).Is(204);

        var entry = await written.Task;
        Assert.Equal(("relation.remove", "tool", world.Adder.ToString(), "root"), (entry!.Action, entry.ObjectKind, entry.ObjectId, entry.Actor.Id));
        Assert.Equal((world.Counter.ToString(), "ENHANCES"), ((string)entry.Details!["toToolId"]!, (string)entry.Details["type"]!));
    }

    [ServersFact]
    public async Task Relation_ThatIsNot_CannotBeRemoved()
    {
        world.Discovery.Script = heard => world.Discovery.AnswerAsync(heard, new GraphCommandDone { CommandId = (Guid)heard.Data["commandId"]!, Outcome = GraphCommandOutcome.Absent });

        (await world.SendAsync("DELETE", "/tools/adder/relationships/USED_WITH/counter")).Is(404, "NOT_FOUND");
    }

    [ServersTheory]
    [InlineData("type", "\"LIKES\"", "type must be one of SIMILAR_TO, ENHANCES, REPLACES, REQUIRES, DEPENDS_ON; it is \"LIKES\"")]
    [InlineData("type", "\"USED_WITH\"", "type must be one of")]
    [InlineData("type", "null", "type is required")]
    [InlineData("strength", "1.01", "strength must be a number from 0 to 1; it is 1.01")]
    [InlineData("strength", "null", "strength is required: a number from 0 to 1")]
    [InlineData("toToolId", "null", "toToolId is required")]
    [InlineData("toToolId", "\"adder\"", "toToolId must be another tool than \"adder\"")]
    [InlineData("metadata", "[]", "metadata must be an object")]
    public async Task Relation_WithAFieldThatIsWrong_NamesItAndItsBound(string field, string value, string text)
    {
        var answer = (await world.SendAsync("POST", "/tools/adder/relationships", Valid().With(field, value == "null" ? null : JsonNode.Parse(value)))).Is(422, "INVALID_PARAMETERS");

        Assert.Contains(text, (string?)answer.Body!["details"]!["errors"]![0]!["message"], StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Relation_AtItsBounds_IsTakenAndBeyondIsNot()
    {
        world.Discovery.Script = world.Discovery.SucceedAsync;
        var metadata = new JsonObject { ["m"] = new string('x', (4 * 1024) - 8) };
        (await world.SendAsync("POST", "/tools/adder/relationships", Valid().With("reason", new string('r', 500)).With("metadata", metadata).With("strength", 0))).Is(201);
        (await world.SendAsync("POST", "/tools/adder/relationships", Valid().With("reason", new string('r', 501)))).Is(422, "INVALID_PARAMETERS");
        (await world.SendAsync("POST", "/tools/adder/relationships", Valid().With("metadata", new JsonObject { ["m"] = new string('x', (4 * 1024) - 7) }))).Is(422, "INVALID_PARAMETERS");
        (await world.SendAsync("POST", "/tools/adder/relationships", Valid().With("type", "REQUIRES"))).Is(422, "INVALID_PARAMETERS");
    }

    [ServersTheory]
    [InlineData("POST", "/tools/nowhere/relationships", 404, "TOOL_NOT_FOUND")]
    [InlineData("DELETE", "/tools/nowhere/relationships/ENHANCES/adder", 404, "TOOL_NOT_FOUND")]
    [InlineData("DELETE", "/tools/adder/relationships/ENHANCES/nowhere", 404, "TOOL_NOT_FOUND")]
    [InlineData("DELETE", "/tools/adder/relationships/LIKES/counter", 422, "INVALID_PARAMETERS")]
    public async Task Relation_OfWhatIsNot_IsRefused(string method, string path, int status, string code) =>
        (await world.SendAsync(method, path, method == "POST" ? Valid() : null)).Is(status, code);

    [ServersTheory]
    [InlineData("/graph/rebuild")]
    [InlineData("/admin/rebuild-cache")]
    public async Task Rebuild_ThatHasBegun_GivesTheJob(string path)
    {
        world.Discovery.Script = world.Discovery.SucceedAsync;

        var job = (Guid)(await world.SendAsync("POST", path)).Is(202).Body!["jobId"]!;

        var heard = world.Discovery.Heard.Last();
        Assert.Equal(("capns.graph.rebuild", job), (heard.Type, (Guid)heard.Data["jobId"]!));
        var entry = world.Audit.Entries.Last(entry => entry.Action == "graph.rebuild");
        Assert.Equal((job.ToString(), AuditOutcome.Ok), (entry.ObjectId, entry.Outcome));
    }

    private static JsonObject Valid() => new() { ["toToolId"] = "counter", ["type"] = "ENHANCES", ["strength"] = 0.8, ["reason"] = "Because." };
}
