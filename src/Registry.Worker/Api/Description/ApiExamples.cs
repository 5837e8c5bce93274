using System.Text.Json.Nodes;
using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Access.Administration;
using Capns.Registry.Worker.Audit.Alerts;
using Capns.Registry.Worker.Discovery.Feedback;
using Capns.Registry.Worker.Discovery.Relations;
using Capns.Registry.Worker.Executions.Commands;
using Capns.Registry.Worker.Executions.KillSwitches;
using Capns.Registry.Worker.Streams.Live.Announcements;
using Capns.Registry.Worker.Tools.Definitions;
using Capns.Registry.Worker.Tools.Registration;

namespace Capns.Registry.Worker.Api.Description;

/// <summary>One example of each body, and of each problem. A test sends the bodies.</summary>
internal static class ApiExamples
{
    private static readonly Dictionary<Type, string> Bodies = new()
    {
        [typeof(ToolDefinition)] = """
            {"id":"word-count","name":"word-count","description":"Counts the words of a text.","version":"1.0.0","category":"analysis","tags":["text"],
             "parameters":{"type":"object","properties":{"text":{"type":"string","maxLength":10000}},"required":["text"],"additionalProperties":false},
             "returnType":{"type":"object","properties":{"words":{"type":"integer"}},"required":["words"]},
             "examples":[{"name":"Two words","input":{"text":"hello world"},"expectedOutput":{"words":2}}],
             "securityLevel":"safe","executor":{"type":"command","command":["/tools/word-count/run"]},"idempotent":true}
            """,
        [typeof(ToolFlagPatch)] = """{"displayName":"Word count","rateLimits":{"maxCallsPerMinute":60}}""",
        [typeof(VersionFlagChange)] = """{"deprecated":true,"deprecationMessage":"Use 2.0.0."}""",
        [typeof(ToolExecutionRequest)] = """{"parameters":{"operation":"add","operands":[5,3]},"priority":"normal"}""",
        [typeof(CancelOrder)] = """{"reason":"no longer needed"}""",
        [typeof(RetryOrder)] = """{"parameters":{"operation":"add","operands":[5,3]}}""",
        [typeof(TestOrder)] = """{"examples":[0]}""",
        [typeof(KillSwitchOrder)] = """{"scope":"global","mode":"block","reason":"Maintenance until noon."}""",
        [typeof(ApiKeyOrder)] = """{"name":"nightly import","scopes":["tool:read","tool:execute:safe"],"expiresAt":"2027-06-30T00:00:00Z"}""",
        [typeof(GrantOrder)] = """{"subjectKind":"user","subjectId":"alice","permission":"tool:execute:restricted"}""",
        [typeof(PolicyOrder)] = """
            {"name":"no-dangerous-at-night","effect":"deny","match":{"levels":["dangerous"],"time":{"from":"20:00","to":"06:00","timezone":"Europe/Berlin"}},
             "reason":"Nobody is there to help."}
            """,
        [typeof(ServiceAccountOrder)] = """{"name":"indexer","clientId":"indexer-client","roles":["service"]}""",
        [typeof(AlertRuleOrder)] = """{"name":"denied-often","match":{"outcome":"denied"},"threshold":20,"windowSeconds":60,"severity":"warning","per":"actor"}""",
        [typeof(AnnouncementOrder)] = """{"title":"Maintenance","text":"Runs wait from 12:00 to 12:10 UTC.","severity":"info"}""",
        [typeof(ToolDiscoveryRequest)] = """{"query":"summarise a pdf","context":{"topic":"contracts","keywords":["pdf","summary"]},"mode":"recommend","limit":3}""",
        [typeof(FeedbackOrder)] = """
            {"eventId":"nightly:le-5","toolId":"math-calculator","outcome":"success","effectiveness":0.9,"context":{"topic":"sums","keywords":["add","numbers"]},
             "timestamp":"2026-03-02T09:29:58.000Z"}
            """,
        [typeof(RelationOrder)] = """{"toToolId":"text-analysis","type":"ENHANCES","strength":0.8,"reason":"It counts what the other one has found."}""",
        [typeof(CatalogueDocument)] = """{"format":"capns-catalogue/1","tools":[]}""",
    };

    /// <summary>Absent: there is none for the type.</summary>
    /// <param name="body">What is sent.</param>
    /// <param name="path">Where: what names the tool in its path does not name it in its body.</param>
    public static JsonNode? Of(Type body, string path)
    {
        var example = Bodies.TryGetValue(body, out var text) ? JsonNode.Parse(text) : null;
        if (body == typeof(ToolExecutionRequest) && !path.Contains("{id}", StringComparison.Ordinal))
        {
            example!["toolId"] = "math-calculator";
        }

        return example;
    }

    /// <summary>A problem with a code.</summary>
    public static JsonNode Problem(ErrorCode code, string path) => new JsonObject
    {
        ["type"] = $"urn:capns:problem:{code.Code.ToLowerInvariant().Replace('_', '-')}",
        ["title"] = ProblemResult.TitleOf(code),
        ["status"] = code.HttpStatus,
        ["detail"] = "What is wrong, with field, value and bound.",
        ["instance"] = "/" + path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal),
        ["code"] = code.Code,
        ["requestId"] = "0195561f-5a10-7c44-8b21-1a2b3c4d5e6f",
    };
}
