using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Messaging.Topology;
using Capns.Registry.Worker.Discovery.Feedback;
using Capns.Registry.Worker.Tests.Tools;
using Capns.Testing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Discovery;

/// <summary>Feedback over HTTP: checked, kept once, and on its way to discovery (platform spec 3.22).</summary>
public sealed class FeedbackTests(DiscoveryWorld world) : IClassFixture<DiscoveryWorld>
{
    [ServersFact]
    public async Task Feedback_WithEverything_GoesToTheQueueThatIsLearnedFrom()
    {
        var body = JsonNode.Parse("""
            {"eventId":"agent-001:le-5","toolId":"adder","agentId":"agent-001","executionId":"0195561f-3a80-7a51-8f1e-2c4b6d8e0f99","outcome":"success","effectiveness":0.9,
             "userSatisfaction":0.8,"qualityScore":0.85,"context":{"topic":"contracts","keywords":["pdf"],"intent":"summary"},"sessionId":"s","discussionId":"disc-1",
             "workflowRunId":"w","companionToolIds":["counter"],"replacedToolId":"counter","replacementWorked":true,"executionTime":8800,"timestamp":"2026-03-02T09:29:58.000Z",
             "unknown":1}
            """)!.AsObject();

        var answer = (await world.SendAsync("POST", "/learning", body, DiscoveryWorld.AgentToken("agent-001"))).Is(202);

        Assert.Equal("""{"eventId":"agent-001:le-5"}""", answer.Text);
        var sent = await TakeAsync();
        Assert.Equal(EventNames.LearningRecorded, sent.Type);
        body = body.With("unknown", null).With("toolId", world.Adder.ToString()).With("replacedToolId", world.Counter.ToString())
            .With("companionToolIds", new JsonArray(world.Counter.ToString()));
        Assert.True(JsonNode.DeepEquals(body, sent.Data), sent.Data.ToJsonString());
        Assert.NotEqual("capability-registry", (string?)sent.Document["source"]);
        Assert.Equal((world.Broker.VirtualHost, "user alice"), (sent.User, sent.Caller));
    }

    [ServersFact]
    public async Task Feedback_OfALoginWithoutAgents_IsItsOwn()
    {
        (await world.SendAsync("POST", "/learning", Valid("own-1"), DiscoveryWorld.Token("bob", "user"))).Is(202);
        Assert.Equal("bob", (string?)(await TakeAsync()).Data["agentId"]);
    }

    [ServersFact]
    public async Task Feedback_ThatComesAgain_IsAcceptedAndSentOnce()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => world.SendAsync("POST", "/learning", Valid("again-1"))));

        Assert.All(answers, answer => answer.Is(202));
        (await world.SendAsync("POST", "/learning", Valid("again-1").With("toolId", world.Adder.ToString()))).Is(202);
        Assert.Equal("again-1", (string?)(await TakeAsync()).Data["eventId"]);
        // What is sent later is heard later: there was nothing between.
        (await world.SendAsync("POST", "/learning", Valid("again-2"))).Is(202);
        Assert.Equal("again-2", (string?)(await TakeAsync()).Data["eventId"]);
    }

    [ServersFact]
    public async Task Feedback_WithAnEventIdOfOtherContent_IsADuplicate()
    {
        (await world.SendAsync("POST", "/learning", Valid("other-1"))).Is(202);
        await TakeAsync();

        var answer = (await world.SendAsync("POST", "/learning", Valid("other-1").With("effectiveness", 0.5))).Is(409, "DUPLICATE_EVENT");

        Assert.Contains("eventId \"other-1\" was used with other content", (string?)answer.Body!["detail"], StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Feedback_WithAnIdempotencyKey_HasOneAnswer()
    {
        (await world.SendAsync("POST", "/learning", Valid("key-1"), headers: ["Idempotency-Key", "k-1"])).Is(202);
        await TakeAsync();

        var replayed = (await world.SendAsync("POST", "/learning", Valid("key-1"), headers: ["Idempotency-Key", "k-1"])).Is(202);

        Assert.Equal("true", replayed.Headers["Idempotent-Replayed"]);
        (await world.SendAsync("POST", "/learning", Valid("key-2"), headers: ["Idempotency-Key", "k-1"])).Is(422, "IDEMPOTENCY_KEY_REUSED");
    }

    [ServersTheory]
    [InlineData("eventId", "null", "eventId is required: unique for ever, 1 to 128 characters")]
    [InlineData("toolId", "null", "toolId is required")]
    [InlineData("outcome", "null", "outcome is required: success, failure or partial")]
    [InlineData("timestamp", "null", "timestamp is required")]
    [InlineData("outcome", "\"splendid\"", "outcome must be one of success, failure, partial; it is \"splendid\"")]
    [InlineData("effectiveness", "1.1", "effectiveness must be a number from 0 to 1; it is 1.1")]
    [InlineData("userSatisfaction", "-0.1", "userSatisfaction must be a number from 0 to 1; it is -0.1")]
    [InlineData("qualityScore", "\"high\"", "qualityScore must be a number from 0 to 1")]
    [InlineData("executionId", "\"x\"", "executionId must be a uuid; it is \"x\"")]
    [InlineData("context", "7", "context must be text or an object; it is 7")]
    [InlineData("companionToolIds", "\"adder\"", "companionToolIds must be an array")]
    [InlineData("replacedToolId", "\"counter\"", "replacementWorked is required: true or false, when replacedToolId is given")]
    [InlineData("executionTime", "-1", "executionTime must be a whole number of milliseconds, 0 or more; it is -1")]
    [InlineData("timestamp", "\"yesterday\"", "timestamp must be an ISO 8601 time")]
    [InlineData("timestamp", "\"1999-12-31T23:59:59Z\"", "timestamp must not be before 2000-01-01")]
    [InlineData("timestamp", "\"2999-01-01T00:00:00Z\"", "timestamp must be at most 5 minutes ahead of")]
    [InlineData("eventId", "\"  \"", "eventId must have 1 to 128 characters, not only blanks")]
    public async Task Feedback_WithAFieldThatIsWrong_NamesItAndItsBound(string field, string value, string text)
    {
        var answer = (await world.SendAsync("POST", "/learning", Valid("wrong-1").With(field, value == "null" ? null : JsonNode.Parse(value)))).Is(422, "INVALID_PARAMETERS");

        Assert.Contains(text, (string?)answer.Body!["details"]!["errors"]![0]!["message"], StringComparison.Ordinal);
    }

    [ServersFact]
    public async Task Feedback_AtItsBounds_IsTakenAndBeyondIsNot()
    {
        var large = new string('x', (32 * 1024) - 2);
        (await world.SendAsync("POST", "/learning", Valid(new string('e', 128)).With("context", large).With("companionToolIds", Tools(20)))).Is(202);
        await TakeAsync();
        foreach (var wrong in new[] { Valid(new string('e', 129)), Valid("b-1").With("context", large + "x"), Valid("b-2").With("companionToolIds", Tools(21)) })
        {
            (await world.SendAsync("POST", "/learning", wrong)).Is(422, "INVALID_PARAMETERS");
        }

        static JsonArray Tools(int count) => [.. Enumerable.Range(0, count).Select(_ => (JsonNode)"counter")];
    }

    [ServersTheory]
    [InlineData("toolId", "\"nowhere\"", 404, "TOOL_NOT_FOUND")]
    [InlineData("replacedToolId", "\"nowhere\"", 404, "TOOL_NOT_FOUND")]
    [InlineData("companionToolIds", "[\"counter\",\"nowhere\"]", 404, "TOOL_NOT_FOUND")]
    [InlineData("replacedToolId", "\"adder\"", 422, "INVALID_PARAMETERS")]
    public async Task Feedback_AboutToolsThatCannotBe_IsRefused(string field, string value, int status, string code) =>
        (await world.SendAsync("POST", "/learning", Valid("t-1").With("replacementWorked", true).With(field, JsonNode.Parse(value)))).Is(status, code);

    [ServersFact]
    public async Task Feedback_NestedTooDeepForAMessage_IsRefused()
    {
        JsonNode nested = JsonValue.Create(1);
        for (var level = 0; level < 40; level++)
        {
            nested = new JsonArray(nested);
        }

        (await world.SendAsync("POST", "/learning", Valid("deep-1").With("context", new JsonObject { ["topic"] = nested }))).Is(422, "INVALID_PARAMETERS");
    }

    [Theory]
    [InlineData(2 * 1024, true)]
    [InlineData(4 * 1024, false)]
    public void Feedback_WhoseContextGrowsOnTheWay_IsHeldToItsLengthThere(int faces, bool fits)
    {
        // Each face has four bytes as it comes here, and twelve when it is passed on.
        var context = string.Concat(Enumerable.Repeat("😀", faces));
        var body = JsonElement.Parse($$"""{"eventId":"e","toolId":"t","outcome":"success","timestamp":"2026-03-02T09:29:58Z","context":"{{context}}"}""");

        var order = FeedbackReader.Read(body, TimeProvider.System.GetUtcNow(), out var errors);

        Assert.Equal((fits, fits ? null : "/context"), (order is not null, errors.SingleOrDefault()?.Path));
    }

    [ServersFact]
    public async Task Feedback_InTheNameOfAnotherAgent_IsRefused() =>
        (await world.SendAsync("POST", "/learning", Valid("a-1").With("agentId", "agent-009"), DiscoveryWorld.AgentToken("agent-001"))).Is(403, "INSUFFICIENT_PERMISSIONS");

    internal static JsonObject Valid(string eventId) => new()
    {
        ["eventId"] = eventId,
        ["toolId"] = "adder",
        ["outcome"] = "success",
        ["timestamp"] = "2026-03-02T09:29:58.000Z",
    };

    private async Task<Heard> TakeAsync()
    {
        using var limit = new CancellationTokenSource(Eventually.Default);
        return await world.Discovery.Feedback.Reader.ReadAsync(limit.Token);
    }
}
