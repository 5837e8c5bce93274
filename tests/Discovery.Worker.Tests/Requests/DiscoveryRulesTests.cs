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
        Assert.Equal(mode, DiscoveryRules.Mode(request!));
    }

    [Theory]
    [InlineData("{}", "INVALID_REQUEST", "agentId and userId")]
    [InlineData("""{"userId":"u"}""", "INVALID_REQUEST", "At least one of query")]
    [InlineData("""{"userId":" ","query":"x"}""", "INVALID_REQUEST", "agentId and userId")]
    [InlineData("""{"agentId":"a","mode":"related"}""", "INVALID_REQUEST", "toolId is required for mode related")]
    [InlineData("""{"agentId":"a","limit":0}""", "INVALID_PARAMETERS", "limit must be a whole number from 1 to 50, but is 0.")]
    [InlineData("""{"agentId":"a","limit":51}""", "INVALID_PARAMETERS", "limit must be a whole number from 1 to 50, but is 51.")]
    [InlineData("""{"agentId":"a","limit":"5"}""", "INVALID_PARAMETERS", "limit must be")]
    [InlineData("""{"agentId":"a","mode":"guess"}""", "INVALID_PARAMETERS", "mode must be one of recommend, search, similar, related, dependencies, but is \"guess\".")]
    [InlineData("""{"agentId":"a","securityLevel":"extreme"}""", "INVALID_PARAMETERS", "securityLevel")]
    [InlineData("""{"agentId":"a","query":"a\u0000"}""", "INVALID_PARAMETERS", "query must not hold the character U+0000.")]
    [InlineData("""{"agentId":"a","context":7}""", "INVALID_PARAMETERS", "context must be a string or an object.")]
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
        var refusal = DiscoveryRules.Read(Parse($$"""{"agentId":"a","context":"{{new string('x', DiscoveryRules.LargestContext)}}"}""")).Refusal;
        Assert.Contains("at most 32768 bytes", refusal!.Message, StringComparison.Ordinal);
    }

    private static JsonElement Parse(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
