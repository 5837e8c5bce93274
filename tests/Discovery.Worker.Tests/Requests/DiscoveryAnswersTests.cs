using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Requests;

/// <summary>Fields of a request, and what they do to its answer (platform spec 3.20, 3.21).</summary>
public sealed class DiscoveryAnswersTests : IDisposable
{
    private static readonly CatalogueTool Reader = Example.Tool("pdf-reader") with { Tags = ["pdf"], Capabilities = ["cap:op=read;in=media:pdf;out=media:text"] };
    private static readonly CatalogueTool Printer = Example.Tool("pdf-printer") with { Category = "office", CostEstimate = 2, DurationEstimateMs = 9000 };
    private static readonly CatalogueTool Mailer = Example.Tool("mailer") with { Category = "office", Level = SecurityLevel.Moderate, Deprecated = true };
    private static readonly CatalogueTool Eraser = Example.Tool("disk-eraser") with { Level = SecurityLevel.Dangerous };
    private readonly AnswersWorld _world = new(Reader, Printer, Mailer, Eraser);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("""{"userId":"u","query":"pdf"}""", "pdf-printer,pdf-reader")]
    [InlineData("""{"userId":"u","intent":"pdf"}""", "pdf-printer,pdf-reader")]
    [InlineData("""{"userId":"u","context":"pdf"}""", "pdf-printer,pdf-reader")]
    [InlineData("""{"userId":"u","context":{"keywords":["pdf"]}}""", "pdf-printer,pdf-reader")]
    [InlineData("""{"userId":"u","tags":["PDF"]}""", "pdf-reader")]
    [InlineData("""{"userId":"u","categories":["office"]}""", "pdf-printer")]
    [InlineData("""{"userId":"u","categories":["office"],"includeDeprecated":true}""", "mailer,pdf-printer")]
    [InlineData("""{"userId":"u","categories":["office"],"includeDeprecated":true,"securityLevel":"safe"}""", "pdf-printer")]
    [InlineData("""{"agentId":"a"}""", "pdf-printer,pdf-reader")]
    [InlineData("""{"agentId":"a","costLimit":1}""", "pdf-reader")]
    [InlineData("""{"agentId":"a","maxExecutionTime":8999}""", "pdf-reader")]
    [InlineData("""{"agentId":"a","excludeToolIds":["PDF-printer"]}""", "pdf-reader")]
    [InlineData("""{"userId":"u","query":"disk eraser"}""", "")]
    public async Task Recommend_FieldOfTheRequest_IsHonoured(string request, string names) =>
        Assert.Equal(names, string.Join(',', (await _world.NamesAsync(request)).Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("""{"agentId":"a","query":"pdf","excludeUsed":true,"mode":"recommend"}""")]
    [InlineData("""{"agentId":"a","query":"pdf","excludeUsed":true,"mode":"search"}""")]
    [InlineData("""{"agentId":"a","toolId":"mailer","excludeUsed":true,"mode":"similar"}""")]
    public async Task ExcludeUsed_InAnyMode_LeavesOutWhatTheAgentHasUsed(string request)
    {
        _world.Graph.Relations.Add(_world.Relation(Reader, RelationType.SimilarTo, Mailer));
        _world.Graph.Relations.Add(_world.Relation(Printer, RelationType.SimilarTo, Mailer));
        Assert.Equal(["pdf-printer", "pdf-reader"], (await _world.NamesAsync(request)).Order(StringComparer.Ordinal));

        _world.Graph.Uses["a"] = [_world.Use(Reader)];

        Assert.Equal(["pdf-printer"], await _world.NamesAsync(request));
    }

    [Fact]
    public async Task ExcludeUsed_TheHistoryCannotBeRead_IsDegraded()
    {
        _world.Graph.IsAway = true;
        Assert.True((await _world.AskAsync("""{"agentId":"a","query":"pdf","excludeUsed":true,"mode":"search"}""")).Degraded);
        Assert.False((await _world.AskAsync("""{"agentId":"a","query":"pdf","mode":"search"}""")).Degraded);
    }

    [Fact]
    public async Task PreferredCategories_NoAgentAsks_CountAllTheSame()
    {
        Assert.All((await _world.AskAsync("""{"userId":"u","context":{}}""")).Recommendations, tool => Assert.DoesNotContain("pref", tool.Components!));
        var tools = (await _world.AskAsync("""{"userId":"u","context":{},"preferredCategories":["Office"]}""")).Recommendations;
        Assert.Equal([("pdf-reader", 0.5), ("pdf-printer", 0.6)], tools.Select(tool => (tool.Name, tool.Components!["pref"])));
    }

    [Fact]
    public async Task Capabilities_OfAToolThatTheWordsDoNotFind_AreEnoughToBeOffered()
    {
        const string Wish = """{"userId":"u","query":"make it short","capabilities":["cap:op=read"]""";
        var found = Assert.Single((await _world.AskAsync(Wish + "}")).Recommendations);
        Assert.Equal(("pdf-reader", 0), (found.Name, found.Components!["rel"]));
        Assert.StartsWith("cap:", found.MatchedCap, StringComparison.Ordinal);
        // A search goes by words alone.
        Assert.Empty(await _world.NamesAsync(Wish + ""","mode":"search"}"""));
    }

    [Fact]
    public async Task Reasons_NameNoToolOfTheHistoryThatTheCallerMayNotRun()
    {
        _world.Graph.Uses["a"] = [_world.Use(Eraser)];
        _world.Graph.Relations.Add(_world.Relation(Eraser, RelationType.UsedWith, Reader, 1));

        var answer = await _world.AskAsync("""{"agentId":"a"}""");

        Assert.All(answer.Recommendations, tool => Assert.Null(tool.Relationships));
        Assert.All(answer.Recommendations, tool => Assert.DoesNotContain("eraser", tool.Reason, StringComparison.Ordinal));
        // Who names it is told of it.
        var named = await _world.AskAsync("""{"agentId":"a","currentToolIds":["disk-eraser"]}""");
        Assert.Equal("Often used together with disk-eraser: in 6 sessions.", named.Recommendations[0].Reason);
    }

    [Fact]
    public async Task Answer_WhileTheGraphIsAway_IsDegradedWithoutThePartsOfIt()
    {
        _world.Graph.IsAway = true;
        var answer = await _world.AskAsync("""{"agentId":"a","query":"pdf"}""");
        Assert.True(answer.Degraded);
        Assert.Equal(["econ", "qual", "rel"], answer.Recommendations[0].Components!.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task IncludeParameters_WhilePostgreSqlIsAway_GoesWithoutThemAndIsDegraded()
    {
        var answer = await _world.AskAsync("""{"userId":"u","query":"pdf","includeParameters":true}""");
        Assert.True(answer.Degraded);
        Assert.All(answer.Recommendations, tool => Assert.Null(tool.Parameters));
        Assert.Equal(2, answer.Recommendations.Count);
    }

    [Fact]
    public async Task GraphEpoch_BeforeAnythingWasRead_IsNotBelowZero() =>
        Assert.Equal(0, (await _world.AskAsync("""{"agentId":"a"}""")).GraphEpoch);
}
