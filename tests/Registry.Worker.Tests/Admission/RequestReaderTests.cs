using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Reading;
using Capns.Registry.Worker.Tests.Tools;
using Xunit;

namespace Capns.Registry.Worker.Tests.Admission;

public sealed class RequestReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    // Field, good value, bad value, pointer and keyword of the error.
    [Theory]
    [InlineData("toolId", "\"t\"", "5", "/toolId", "type")]
    [InlineData("toolId", "\"t\"", "\"\"", "/toolId", "minLength")]
    [InlineData("parameters", "{}", "[]", "/parameters", "type")]
    [InlineData("parameters", "{}", "null", "/parameters", "required")]
    [InlineData("executionId", "\"0195561f-5a10-7c44-8b21-1a2b3c4d5e6f\"", "\"one\"", "/executionId", "format")]
    [InlineData("priority", "\"URGENT\"", "\"asap\"", "/priority", "enum")]
    [InlineData("priority", "\"medium\"", "1", "/priority", "enum")]
    [InlineData("timeout", "1", "0", "/timeout", "minimum")]
    [InlineData("timeout", "2147483647", "2147483648", "/timeout", "maximum")]
    [InlineData("timeout", "5000", "\"5s\"", "/timeout", "type")]
    [InlineData("timeout", "5000", "1.5", "/timeout", "type")]
    [InlineData("timeout", "5000", "-1", "/timeout", "minimum")]
    [InlineData("retryPolicy", "{\"maxAttempts\":1}", "{\"maxAttempts\":0}", "/retryPolicy/maxAttempts", "minimum")]
    [InlineData("retryPolicy", "{\"maxAttempts\":10}", "{\"maxAttempts\":11}", "/retryPolicy/maxAttempts", "maximum")]
    [InlineData("retryPolicy", "{\"initialDelayMs\":0}", "{\"initialDelayMs\":-1}", "/retryPolicy/initialDelayMs", "minimum")]
    [InlineData("retryPolicy", "{\"backoff\":\"linear\"}", "{\"backoff\":\"slow\"}", "/retryPolicy/backoff", "enum")]
    [InlineData("retryPolicy", "{\"unknown\":1}", "\"often\"", "/retryPolicy", "type")]
    [InlineData("retryOnFailure", "true", "1", "/retryOnFailure", "type")]
    [InlineData("maxRetries", "0", "-1", "/maxRetries", "minimum")]
    [InlineData("maxRetries", "9", "10", "/maxRetries", "maximum")]
    [InlineData("maxCost", "0", "-0.01", "/maxCost", "minimum")]
    [InlineData("maxCost", "999999999999", "1e30", "/maxCost", "maximum")]
    [InlineData("securityLevel", "\"critical\"", "\"extreme\"", "/securityLevel", "enum")]
    [InlineData("shareResults", "true", "\"yes\"", "/shareResults", "type")]
    [InlineData("format", "\"attachment\"", "\"html\"", "/format", "enum")]
    [InlineData("notifyParticipants", "false", "0", "/notifyParticipants", "type")]
    [InlineData("dryRun", "true", "\"true\"", "/dryRun", "type")]
    [InlineData("cache", "\"bypass\"", "\"none\"", "/cache", "enum")]
    [InlineData("replyOn", "\"accepted\"", "\"started\"", "/replyOn", "enum")]
    [InlineData("responseEventType", "\"tool.execution.requested.response.x\"", "\"tool.execution.requested.response.\"", "/responseEventType", "pattern")]
    [InlineData("responseEventType", "\"tool.execution.requested.response.x\"", "\"capns.control\"", "/responseEventType", "pattern")]
    [InlineData("reasoning", "{\"confidence\":1}", "{\"confidence\":1.1}", "/reasoning/confidence", "maximum")]
    [InlineData("reasoning", "{\"confidence\":0}", "{\"confidence\":-0.1}", "/reasoning/confidence", "minimum")]
    [InlineData("reasoning", "{\"alternatives\":[{\"toolId\":\"x\"}]}", "{\"alternatives\":[5]}", "/reasoning/alternatives/0", "type")]
    [InlineData("reasoning", "{\"text\":\"t\"}", "{\"text\":1}", "/reasoning/text", "type")]
    [InlineData("context", "{\"agentId\":\"a\"}", "{\"agentId\":1}", "/context/agentId", "type")]
    [InlineData("notBefore", "\"2026-04-01T09:15:00Z\"", "\"2026-04-01T09:15:00.001Z\"", "/notBefore", "maximum")]
    [InlineData("notBefore", "\"2020-01-01T00:00:00Z\"", "\"tomorrow\"", "/notBefore", "format")]
    [InlineData("expiresAt", "\"2026-03-03T00:00:00+02:00\"", "1772442900", "/expiresAt", "format")]
    [InlineData("auth", "{\"token\":\"t\"}", "\"secret-token\"", "/auth", "type")]
    public void Read_OneFieldAtItsBound_AcceptsTheGoodAndNamesTheBad(string field, string good, string bad, string path, string keyword)
    {
        Assert.Empty(Errors(Requests.Valid().With(field, JsonNode.Parse(good))));

        var request = Requests.Valid();
        request[field] = JsonNode.Parse(bad);
        var error = Assert.Single(Errors(request));
        Assert.Equal((path, keyword), (error.Path, error.Keyword));
        Assert.StartsWith(path[1..], error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("toolId")]
    [InlineData("requestId")]
    [InlineData("idempotencyKey")]
    [InlineData("version")]
    [InlineData("operation")]
    [InlineData("agentId")]
    [InlineData("userId")]
    [InlineData("requestedBy")]
    [InlineData("discussionId")]
    [InlineData("conversationId")]
    [InlineData("operationId")]
    [InlineData("sessionId")]
    [InlineData("projectId")]
    [InlineData("workflowRunId")]
    public void Read_IdOf128Characters_IsAcceptedAndOneMoreRefused(string field)
    {
        Assert.Empty(Errors(Requests.Valid().With(field, string.Concat(Enumerable.Repeat("😀", 128)))));

        var error = Assert.Single(Errors(Requests.Valid().With(field, new string('x', 129))));
        Assert.Equal(($"/{field}", "maxLength"), (error.Path, error.Keyword));
        Assert.Contains("at most 128 characters; it has 129", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parameters", 262_144)]
    [InlineData("context", 32_768)]
    [InlineData("reasoning", 32_768)]
    public void Read_ObjectAtItsLargest_IsAcceptedAndOneByteMoreRefused(string field, int limit)
    {
        JsonObject Sized(int bytes) => new() { ["x"] = new string('x', bytes - """{"x":""}""".Length) };

        Assert.Empty(Errors(Requests.Valid().With(field, Sized(limit))));
        var error = Assert.Single(Errors(Requests.Valid().With(field, Sized(limit + 1))));
        Assert.Equal(($"/{field}", "maxBytes"), (error.Path, error.Keyword));
        Assert.Contains($"{limit + 1}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ResponseEventTypeAtItsLongest_IsAcceptedAndOneByteMoreRefused()
    {
        const string Prefix = "tool.execution.requested.response.";
        Assert.Empty(Errors(Requests.Valid().With("responseEventType", Prefix + new string('x', 255 - Prefix.Length))));
        Assert.Equal("maxBytes", Assert.Single(Errors(Requests.Valid().With("responseEventType", Prefix + new string('x', 256 - Prefix.Length)))).Keyword);
    }

    [Fact]
    public void Read_EveryFieldOfTheContract_HasItsTypeChecked()
    {
        foreach (var property in typeof(ToolExecutionRequest).GetProperties())
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            var wrong = Requests.Valid();
            wrong[name] = new JsonArray(new JsonArray());
            Assert.Equal($"/{name}", Assert.Single(Errors(wrong)).Path);
        }
    }

    [Fact]
    public void Read_EveryFieldIsGiven_ArrivesInItsProperty()
    {
        var payload = JsonNode.Parse("""
            {"toolId":"t","cap":"cap:x","parameters":{"a":1},"requestId":"r","executionId":"0195561f-5a10-7c44-8b21-1a2b3c4d5e6f","idempotencyKey":"i",
             "version":"^1","operation":"o","agentId":"a","userId":"u","requestedBy":"b","discussionId":"d","conversationId":"c","operationId":"p","sessionId":"s",
             "projectId":"j","workflowRunId":"w","context":{"k":1},"priority":"high","timeout":5,"retryPolicy":{"maxAttempts":2},"retryOnFailure":true,
             "maxRetries":1,"maxCost":0.5,"securityLevel":"moderate","shareResults":true,"format":"text","notifyParticipants":true,"dryRun":true,"cache":"use",
             "reasoning":{"text":"x"},"replyOn":"accepted","responseEventType":"tool.execution.requested.response.x","notBefore":"2026-03-03T00:00:00Z",
             "expiresAt":"2026-03-04T00:00:00Z","auth":{"token":"t"}}
            """)!;

        var request = RequestReader.Read(payload.Element(), Now, out var errors);

        Assert.Empty(errors);
        Assert.All(
            typeof(ToolExecutionRequest).GetProperties().Where(property => property.Name != nameof(ToolExecutionRequest.Auth)),
            property => Assert.NotNull(property.GetValue(request)));
        Assert.Null(request.Auth);
        Assert.Equal((Priority.High, SecurityLevel.Moderate, 0.5m), (request.Priority, request.SecurityLevel, request.MaxCost));
    }

    [Fact]
    public void Read_IdsOnlyInContext_AreTakenFromThere()
    {
        var request = RequestReader.Read(
            Requests.Valid().With("agentId", null).With("context", JsonNode.Parse("""{"agentId":"a2","discussionId":"d2"}""")).Element(), Now, out _);
        Assert.Equal(("a2", "d2"), (request.AgentId, request.DiscussionId));
    }

    [Fact]
    public void Read_UnknownAndNullMembers_AreIgnored() =>
        Assert.Empty(RequestErrors("""{"toolId":"t","cap":null,"parameters":{},"agentId":"a","colour":"red","timeout":null}"""));

    [Fact]
    public void Read_ExpiryBeforeStart_IsRefused() =>
        Assert.Equal("/expiresAt", Assert.Single(RequestErrors("""{"toolId":"t","parameters":{},"notBefore":"2026-03-03T00:00:00Z","expiresAt":"2026-03-03T00:00:00Z"}""")).Path);

    [Theory]
    [InlineData("""{"toolId":"t","requestId":"r","parameters":{"x":"a\u0000"}}""", "/parameters/x")]
    [InlineData("""{"toolId":"t","requestId":"r","parameters":{"x\u0000":1}}""", "/parameters")]
    [InlineData("""{"toolId":"t","requestId":"r","parameters":{"x":1e400}}""", "/parameters/x")]
    [InlineData("""{"toolId":"t","requestId":"r","parameters":{"x":1e-400}}""", "/parameters/x")]
    [InlineData("""{"toolId":"t","requestId":"r","parameters":{"x":1,"x":2}}""", "/parameters")]
    public void Read_WhatCannotBeStored_IsRefusedAndTheIdsAreStillEchoed(string text, string path)
    {
        using var document = JsonDocument.Parse(text);
        var request = RequestReader.Read(document.RootElement, Now, out var errors);

        Assert.Equal(path, Assert.Single(errors).Path);
        Assert.Equal("r", request.RequestId);
        Assert.Null(request.Parameters);
    }

    private static IReadOnlyList<FieldError> Errors(JsonNode payload)
    {
        RequestReader.Read(payload.Element(), Now, out var errors);
        return errors;
    }

    private static IReadOnlyList<FieldError> RequestErrors(string text)
    {
        using var document = JsonDocument.Parse(text);
        RequestReader.Read(document.RootElement, Now, out var errors);
        return errors;
    }
}
