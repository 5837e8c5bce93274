using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning.Rules;
using Xunit;
using Wire = Capns.Testing.Example;

namespace Capns.Discovery.Worker.Tests.Learning.Rules;

/// <summary>What counts, what is refused, and where words are cut.</summary>
public sealed class RulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 3, 0, 0, 0, TimeSpan.Zero);
    private static readonly CatalogueTool Summary = Example.Tool("pdf-summary");
    private static readonly CatalogueTool Extract = Example.Tool("pdf-extract");
    private static readonly CatalogueSnapshot Catalogue = new(1, [Summary, Extract]);

    [Theory]
    [InlineData(ErrorType.Execution, ExecutionState.Failed, true)]
    [InlineData(ErrorType.Timeout, ExecutionState.Failed, true)]
    [InlineData(ErrorType.Timeout, ExecutionState.Expired, false)]
    [InlineData(ErrorType.Validation, ExecutionState.Rejected, false)]
    [InlineData(ErrorType.Permission, ExecutionState.Failed, false)]
    [InlineData(ErrorType.Quota, ExecutionState.Failed, false)]
    [InlineData(ErrorType.Dependency, ExecutionState.Failed, false)]
    [InlineData(ErrorType.Unknown, ExecutionState.Failed, false)]
    public void Failure_OfAKind_CountsIfTheToolWasToBlame(ErrorType type, ExecutionState state, bool counts)
    {
        var error = Wire.ToolExecutionError with { State = state, ErrorDetail = Wire.ErrorDetail with { Type = type } };

        Assert.Equal(counts, Observation.Of(error, Now) is { X: 0 });
    }

    [Fact]
    public void Completion_FromTheCacheOrOfAnUnknownTool_TeachesNothing()
    {
        Assert.Equal(1, Observation.Of(Wire.ToolExecutionResult, Now)!.X);
        Assert.Null(Observation.Of(Wire.ToolExecutionResult with { Cached = true }, Now));
        Assert.Null(Observation.Of(Wire.ToolExecutionResult with { ToolId = "no-such-tool" }, Now));
    }

    [Fact]
    public void Observation_FromAClockThatIsAhead_IsOfNow() =>
        Assert.Equal(Now, Observation.Of(Wire.ToolExecutionResult with { CompletedAt = Now.AddHours(3) }, Now)!.At);

    [Theory]
    [InlineData("w", "d", "c", "s", "a", "workflow:w")]
    [InlineData(null, "d", "c", "s", "a", "discussion:d")]
    [InlineData(null, null, "c", "s", "a", "conversation:c")]
    [InlineData("", null, null, "s", "a", "session:s")]
    [InlineData(null, null, null, null, "a", "agent:a")]
    [InlineData(null, null, null, null, null, null)]
    public void SessionKey_OfWhatIsGiven_IsTheFirst(string? workflow, string? discussion, string? conversation, string? session, string? agent, string? key) =>
        Assert.Equal(key, SessionRule.Key(workflow, discussion, conversation, session, agent));

    [Theory]
    [InlineData("How do I read the PDF-files of 2024?", "read pdf files 2024")]
    [InlineData("a 7 Ünïcode, x", "7 ünïcode")]
    [InlineData("and or the", "")]
    public void Words_OfAText_AreThoseThatSaySomething(string text, string words) => Assert.Equal(words, string.Join(' ', Words.Of(text)));

    [Theory]
    [InlineData("\"The Contracts, of law\"", "contracts law", "contracts,law")]
    [InlineData("""{"topic":"Contracts","keywords":["PDF","the Summary"],"intent":"sum up"}""", "contracts", "pdf,summary")]
    [InlineData("""{"intent":"sum up"}""", "sum up", "sum,up")]
    [InlineData("""{"keywords":["b","zebra","ape"]}""", "zebra ape", "ape,zebra")]
    public void Context_OfFeedback_IsItsNormalisedTopicAndItsKeywords(string json, string pattern, string keywords)
    {
        var context = FeedbackContext.Of(JsonElement.Parse(json))!;

        Assert.Equal((pattern, keywords), (context.Pattern, string.Join(',', context.Keywords)));
    }

    [Theory]
    [InlineData("""{"topic":"the"}""")]
    [InlineData("\"\"")]
    [InlineData("{}")]
    public void Context_WithoutAWord_IsNone(string json) => Assert.Null(FeedbackContext.Of(JsonElement.Parse(json)));

    [Fact]
    public void Feedback_OfTheSpecification_IsReadAndResolved()
    {
        var (feedback, refusal) = FeedbackRules.Read(Payload("""{"context":{"topic":"contracts","keywords":["pdf"]},"companionToolIds":["pdf-extract","pdf-summary"]}"""), Catalogue, Now);

        Assert.Null(refusal);
        Assert.Equal((Summary.Id, 0.9m, "contracts", "agent:a"), (feedback!.ToolId, feedback.X, feedback.Context!.Pattern, feedback.SessionKey));
        // Companion of itself it is not.
        Assert.Equal([Extract.Id], feedback.Companions);
    }

    [Theory]
    [InlineData("success", 1)]
    [InlineData("failure", 0)]
    [InlineData("partial", 0.5)]
    public void Feedback_WithoutEffectiveness_IsWorthItsOutcome(string outcome, double x) => Assert.Equal(
        (decimal)x, FeedbackRules.Read(Payload($$"""{"effectiveness":null,"outcome":"{{outcome}}"}"""), Catalogue, Now).Feedback!.X);

    [Theory]
    [InlineData("""{"effectiveness":1.01}""", "/effectiveness")]
    [InlineData("""{"effectiveness":-0.01}""", "/effectiveness")]
    [InlineData("""{"userSatisfaction":2}""", "/userSatisfaction")]
    [InlineData("""{"qualityScore":2}""", "/qualityScore")]
    [InlineData("""{"executionTime":-1}""", "/executionTime")]
    [InlineData("""{"outcome":"great"}""", "/outcome")]
    [InlineData("""{"eventId":""}""", "/eventId")]
    [InlineData("""{"agentId":"a\u0000"}""", "/agentId")]
    [InlineData("""{"agentId":"\ud800"}""", "/agentId")]
    [InlineData("""{"replacedToolId":"pdf-extract"}""", "/replacementWorked")]
    [InlineData("""{"replacedToolId":"pdf-summary","replacementWorked":true}""", "/replacedToolId")]
    [InlineData("""{"context":5}""", "/context")]
    [InlineData("""{"context":{"a":"\u0000"}}""", "/context")]
    [InlineData("""{"context":{"a":"\ud800"}}""", "/context")]
    [InlineData("""{"context":{"a":1e400}}""", "/context")]
    [InlineData("""{"timestamp":"2026-03-03T00:05:00.001Z"}""", "/timestamp")]
    [InlineData("""{"timestamp":"1999-12-31T23:59:59Z"}""", "/timestamp")]
    [InlineData("""{"timestamp":null}""", "/timestamp")]
    [InlineData("""{"executionId":"5"}""", "/executionId")]
    public void Feedback_WithAFieldOutOfItsBounds_IsRefusedByItsName(string change, string path)
    {
        var (feedback, refusal) = FeedbackRules.Read(Payload(change), Catalogue, Now);

        Assert.Null(feedback);
        Assert.Equal("INVALID_PARAMETERS", refusal!.Code);
        Assert.Contains(path, refusal.Details!.Value.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()));
    }

    [Theory]
    [InlineData("""{"effectiveness":0}""")]
    [InlineData("""{"effectiveness":1,"executionTime":0,"timestamp":"2026-03-03T00:05:00Z"}""")]
    [InlineData("""{"timestamp":"2000-01-01T00:00:00Z"}""")]
    public void Feedback_AtItsBounds_IsTaken(string change) => Assert.Null(FeedbackRules.Read(Payload(change), Catalogue, Now).Refusal);

    [Fact]
    public void Feedback_WithTooManyOrTooLong_IsRefusedWithTheBound()
    {
        var many = JsonSerializer.Serialize(new { companionToolIds = Enumerable.Repeat("pdf-extract", 21) });
        Assert.Contains("at most 20 members, but has 21", FeedbackRules.Read(Payload(many), Catalogue, Now).Refusal!.Message, StringComparison.Ordinal);
        var id = JsonSerializer.Serialize(new { eventId = new string('e', 129) });
        Assert.Contains("at most 128 characters, but has 129", FeedbackRules.Read(Payload(id), Catalogue, Now).Refusal!.Message, StringComparison.Ordinal);
        var context = JsonSerializer.Serialize(new { context = new string('c', 32 * 1024) });
        Assert.Contains("at most 32768 bytes, but has 32770", FeedbackRules.Read(Payload(context), Catalogue, Now).Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Feedback_OnToolsThatNobodyKnows_NamesEach()
    {
        var refusal = FeedbackRules.Read(Payload("""{"toolId":"x","companionToolIds":["pdf-extract","y"]}"""), Catalogue, Now).Refusal!;

        Assert.Equal("TOOL_NOT_FOUND", refusal.Code);
        Assert.Equal(
            ["/toolId", "/companionToolIds/1"],
            refusal.Details!.Value.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()));
    }

    [Fact]
    public void Percentile_OfAHundredRuns_IsTheEndOfTheNinetyFifths()
    {
        // 94 runs in class 3 and 6 in class 9: the 95th lies in class 9, which ends at 1.5^9 = 38.443359375 ms
        Assert.Equal(38.443359375, DurationClass.Percentile95([(9, 6), (3, 94)]));
        // 95 in class 3: 1.5^3 = 3.375 ms
        Assert.Equal(3.375, DurationClass.Percentile95([(3, 95), (9, 5)]));
    }

    private static JsonElement Payload(string change)
    {
        // As text: a writer would refuse what a sender may send.
        var payload = new Dictionary<string, string>
        {
            ["eventId"] = "\"e\"",
            ["toolId"] = "\"pdf-summary\"",
            ["agentId"] = "\"a\"",
            ["outcome"] = "\"success\"",
            ["effectiveness"] = "0.9",
            ["timestamp"] = "\"2026-03-02T09:29:58Z\"",
        };
        foreach (var member in JsonElement.Parse(change).EnumerateObject())
        {
            payload[member.Name] = member.Value.GetRawText();
        }

        return JsonElement.Parse($"{{{string.Join(',', payload.Select(member => $"\"{member.Key}\":{member.Value}"))}}}");
    }
}
