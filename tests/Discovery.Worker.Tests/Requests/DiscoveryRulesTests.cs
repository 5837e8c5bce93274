using System.Text.Json;
using Capns.Discovery.Worker.Requests;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Requests;

public sealed class DiscoveryRulesTests
{
    [Theory]
    [InlineData("""{"agentId":"a","query":"pdf"}""", "recommend")]
    [InlineData("""{"userId":"u","intent":"pdf","mode":"search"}""", "search")]
    [InlineData("""{"agentId":"a"}""", "recommend")]
    [InlineData("""{"agentId":"a","toolId":"t","mode":"similar","limit":50,"context":"words"}""", "similar")]
    [InlineData("""{"userId":"u","toolId":"t","limit":1,"context":{"topic":"x"},"securityLevel":"moderate"}""", "recommend")]
    public void Read_GoodRequest_IsTaken(string json, string mode)
    {
        var (request, refusal) = DiscoveryRules.Read(Parse(json));
        Assert.Null(refusal);
        Assert.Equal(mode, request!.Mode);
    }

    [Theory]
    [InlineData("{}", "INVALID_REQUEST", "agentId and userId")]
    [InlineData("""{"userId":"u"}""", "INVALID_REQUEST", "At least one of query")]
    [InlineData("""{"userId":" ","query":"x"}""", "INVALID_REQUEST", "agentId and userId")]
    [InlineData("""{"agentId":"a","mode":"related"}""", "INVALID_REQUEST", "toolId is required for mode related")]
    [InlineData("""{"agentId":"a","limit":0}""", "INVALID_PARAMETERS", "limit must be a whole number from 1 to 50, but is 0.")]
    [InlineData("""{"agentId":"a","limit":51}""", "INVALID_PARAMETERS", "limit must be a whole number from 1 to 50, but is 51.")]
    [InlineData("""{"agentId":"a","limit":"5"}""", "INVALID_PARAMETERS", "limit must be")]
    [InlineData("""{"agentId":"a","mode":"guess"}""", "INVALID_PARAMETERS", "mode must be one of recommend, search, similar, related, dependencies, used-with, dependents, but is \"guess\".")]
    [InlineData("""{"agentId":"a","securityLevel":"extreme"}""", "INVALID_PARAMETERS", "securityLevel")]
    [InlineData("""{"agentId":"a","query":"a\u0000"}""", "INVALID_PARAMETERS", "query must not hold the character U+0000.")]
    [InlineData("""{"agentId":"a","context":7}""", "INVALID_PARAMETERS", "context must be a string or an object.")]
    [InlineData("""{"agentId":"a","context":{"keywords":"pdf"}}""", "INVALID_PARAMETERS", "context.keywords must be a list of strings.")]
    [InlineData("""{"agentId":"a","context":{"recentToolIds":[7]}}""", "INVALID_PARAMETERS", "context.recentToolIds must be a list of strings.")]
    [InlineData("""{"agentId":"a","context":{"topic":7}}""", "INVALID_PARAMETERS", "context.topic must be a string.")]
    [InlineData("""{"agentId":"a","capabilities":["ok","cap:op=\"x"]}""", "INVALID_CAP", "capabilities/1 must be a capability URN")]
    [InlineData("""{"agentId":"a","costLimit":-1}""", "INVALID_PARAMETERS", "costLimit must be at least 0, but is -1.")]
    [InlineData("""{"agentId":"a","maxExecutionTime":0}""", "INVALID_PARAMETERS", "maxExecutionTime must be at least 1 ms, but is 0.")]
    public void Read_BadRequest_IsRefusedNamingFieldValueAndBound(string json, string code, string message)
    {
        var (request, refusal) = DiscoveryRules.Read(Parse(json));
        Assert.Null(request);
        Assert.Equal(code, refusal!.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.False(refusal.Recoverable);
    }

    [Theory]
    [InlineData("query", 500)]
    [InlineData("intent", 500)]
    [InlineData("requestId", 128)]
    [InlineData("toolId", 128)]
    public void Read_TextAtItsLongest_IsTakenAndOneMoreIsRefused(string field, int longest)
    {
        Assert.Null(DiscoveryRules.Read(Parse($$"""{"agentId":"a","{{field}}":"{{new string('x', longest)}}"}""")).Refusal);
        var refusal = DiscoveryRules.Read(Parse($$"""{"agentId":"a","{{field}}":"{{new string('x', longest + 1)}}"}""")).Refusal;
        Assert.Equal($"{field} may have at most {longest} characters, but has {longest + 1}.", refusal!.Message);
        Assert.Equal($"/{field}", refusal.Details!.Value.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public void Read_ContextBeyond32KiB_IsRefused()
    {
        var refusal = DiscoveryRules.Read(Parse($$"""{"agentId":"a","context":"{{new string('x', DiscoveryContext.Largest)}}"}""")).Refusal;
        Assert.Contains("at most 32768 bytes", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ListBeyondItsBound_IsRefused()
    {
        var list = string.Join(',', Enumerable.Repeat("\"x\"", DiscoveryBounds.LongestList + 1));
        Assert.Equal(
            "tags may have at most 200 entries, but has 201.", DiscoveryRules.Read(Parse($$"""{"agentId":"a","tags":[{{list}}]}""")).Refusal!.Message);
        Assert.Equal(
            "context.keywords may have at most 200 entries, but has 201.",
            DiscoveryRules.Read(Parse($$"""{"agentId":"a","context":{"keywords":[{{list}}] } }""")).Refusal!.Message);
    }

    [Fact]
    public void Read_Context_GivesWordsTopicsAndSeeds()
    {
        var (question, _) = DiscoveryRules.Read(Parse(
            """
            {"agentId":"a","currentToolIds":["one"],
             "context":{"topic":"contracts","userIntent":"summary","recentToolIds":["two"," "],"keywords":["pdf"]}}
            """));
        Assert.Equal("summary contracts pdf", question!.Words);
        Assert.Equal(["contracts", "summary"], question.Topics);
        Assert.Equal(["one", "two"], question.Seeds);
    }

    [Fact]
    public void Read_ContextThatIsText_IsItsOwnTopic()
    {
        var (question, _) = DiscoveryRules.Read(Parse("""{"agentId":"a","context":" summarise a pdf "}"""));
        Assert.Equal("summarise a pdf", question!.Words);
        Assert.Equal(["summarise a pdf"], question.Topics);
    }

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
