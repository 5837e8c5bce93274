using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Discovery;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Requests;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Requests;

public sealed class DiscoveryAnswerTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 20, 0, TimeSpan.Zero);
    private static readonly CatalogueTool Tool = new(
        "a4d7c6b2-1f0e-4b83-8c7d-3e2f1a0b9c8d", "pdf-summary", "PDF summary", "2.0.1", "analysis", SecurityLevel.Moderate, Deprecated: false);

    [Fact]
    public void To_ToolFound_EchoesTheRequestAndTellsTheTool()
    {
        var answer = DiscoveryAnswer.To(Request() with { ToolId = "pdf-summary" }, [Tool], 7, Now);

        Assert.Equal(("r", "a", "discovery", "recommend", 7L, false), (answer.RequestId, answer.AgentId, answer.Trigger, answer.Mode, answer.GraphEpoch, answer.Degraded));
        Assert.Equal(Now, answer.GeneratedAt);
        var tool = Assert.Single(answer.Recommendations);
        Assert.Equal((Tool.Id, "PDF summary", "2.0.1", "analysis", SecurityLevel.Moderate, false), (tool.ToolId, tool.Name, tool.Version, tool.Category, tool.SecurityLevel, tool.RequiresApproval));
        Assert.Equal((1.0, 1.0, "It is the tool that was asked for."), (tool.Score, tool.Confidence, tool.Reason));
    }

    [Fact]
    public void To_NothingFound_IsEmptyAndSaysThatMoreMightBeThere()
    {
        var answer = DiscoveryAnswer.To(Request(), [], 0, Now);
        Assert.Empty(answer.Recommendations);
        Assert.True(answer.Degraded);
    }

    [Theory]
    [InlineData("""{"securityLevel":"safe"}""")]
    [InlineData("""{"excludeToolIds":["pdf-summary"]}""")]
    [InlineData("""{"excludeToolIds":["A4D7C6B2-1F0E-4B83-8C7D-3E2F1A0B9C8D"]}""")]
    [InlineData("""{"categories":["network"]}""")]
    [InlineData("""{"tags":["pdf"]}""")]
    [InlineData("""{"capabilities":["pdf"]}""")]
    [InlineData("""{"excludeUsed":true,"currentToolIds":["pdf-summary"]}""")]
    [InlineData("""{"excludeUsed":true,"context":{"recentToolIds":["pdf-summary"]}}""")]
    public void To_ToolDoesNotFitTheConditions_IsLeftOut(string json) =>
        Assert.Empty(DiscoveryAnswer.To(Parse(json), [Tool], 1, Now).Recommendations);

    [Theory]
    [InlineData("""{"securityLevel":"moderate"}""")]
    [InlineData("""{"excludeToolIds":["other"]}""")]
    [InlineData("""{"categories":["network","analysis"]}""")]
    [InlineData("""{"excludeUsed":false,"currentToolIds":["pdf-summary"]}""")]
    public void To_ToolFitsTheConditions_IsThere(string json) =>
        Assert.Single(DiscoveryAnswer.To(Parse(json), [Tool], 1, Now).Recommendations);

    [Fact]
    public void To_DeprecatedTool_IsThereOnlyWhenAskedFor()
    {
        var old = Tool with { Deprecated = true };
        Assert.Empty(DiscoveryAnswer.To(Request(), [old], 1, Now).Recommendations);
        Assert.True(Assert.Single(DiscoveryAnswer.To(Request() with { IncludeDeprecated = true }, [old], 1, Now).Recommendations).Deprecated);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(2, 2)]
    public void To_MoreThanTheLimit_IsCut(int? limit, int count)
    {
        var many = Enumerable.Range(0, 9).Select(number => Tool with { Id = $"{number}" }).ToList();
        Assert.Equal(count, DiscoveryAnswer.To(Request() with { Limit = limit }, many, 1, Now).Recommendations.Count);
    }

    [Theory]
    [InlineData(SecurityLevel.Moderate, false)]
    [InlineData(SecurityLevel.Restricted, true)]
    [InlineData(SecurityLevel.Dangerous, true)]
    public void To_Level_DecidesAboutApproval(SecurityLevel level, bool approval) =>
        Assert.Equal(approval, Assert.Single(DiscoveryAnswer.To(Request(), [Tool with { Level = level }], 1, Now).Recommendations).RequiresApproval);

    private static ToolDiscoveryRequest Request() => new() { RequestId = "r", AgentId = "a", Query = "PDF summary" };

    private static ToolDiscoveryRequest Parse(string json) =>
        JsonSerializer.Deserialize<ToolDiscoveryRequest>(json, Contracts.Json.WireJson.Options)! with { AgentId = "a" };
}
