using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Requests;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Requests;

/// <summary>What of the graph a question is ranked by (platform spec 7.4).</summary>
public sealed class SituationsTests : IDisposable
{
    private static readonly CatalogueTool[] Tools = [.. Enumerable.Range(0, 60).Select(at => Example.Tool($"tool-{at:00}"))];
    private readonly AnswersWorld _world = new(Tools);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Seeds_ThatAreNamed_CountAndNotTheHistory()
    {
        _world.Graph.Uses["a"] = [_world.Use(Tools[0])];
        var situation = await AskAsync("""{"agentId":"a","currentToolIds":["tool-01"," tool-02 ","unknown"],"context":{"recentToolIds":["tool-03"]}}""");
        Assert.True(situation.SeedsAreNamed);
        Assert.Equal(Ids(1, 2, 3), situation.Seeds);
        Assert.Equal(Ids(0, 1, 2, 3), situation.Used);
    }

    [Fact]
    public async Task Seeds_ThatNobodyNames_AreTheAgentsSuccessesOfThirtyDays()
    {
        _world.Graph.Uses["a"] =
        [
            _world.Use(Tools[0]), _world.Use(Tools[1], daysAgo: 30), _world.Use(Tools[2], daysAgo: 31), _world.Use(Tools[3], n: 4, s: 1.9), _world.Use(Tools[4], n: 4, s: 2),
        ];
        var situation = await AskAsync("""{"agentId":"a"}""");
        Assert.False(situation.SeedsAreNamed);
        Assert.Equal(Ids(0, 1, 4), situation.Seeds);
        Assert.Equal((4L, 1.9), situation.Own![_world.Catalogue.PlaceOf(Tools[3].Id)]);
    }

    [Fact]
    public async Task Seeds_HoweverManyAreNamed_FiftyAreAskedFor()
    {
        var names = string.Join(',', Tools.Select(tool => $"\"{tool.Slug}\""));
        var situation = await AskAsync($$"""{"agentId":"a","currentToolIds":[{{names}}]}""");
        Assert.Equal(50, Assert.Single(_world.Graph.Asked).Count);
        Assert.Equal(60, situation.Used.Count);
    }

    [Fact]
    public async Task Parts_ThatNobodyCanSay_AreAbsent()
    {
        var nothing = await AskAsync("""{"userId":"u","query":"x"}""");
        Assert.Equal((null, null, false), (nothing.Associations, nothing.Own, nothing.Degraded));
        _world.Graph.IsAway = true;
        var away = await AskAsync("""{"agentId":"a","currentToolIds":["tool-01"]}""");
        Assert.Equal((null, null, true), (away.Associations, away.Own, away.Degraded));
    }

    [Fact]
    public async Task Topics_OfOthers_AreUsedButNotNamed()
    {
        _world.Graph.Suggestions.AddRange(
        [
            new ContextSuggestion("secret merger", ["merger", "plan"], Tools[0].Id, 10, 9, 0.8, _world.Time.GetUtcNow()),
            new ContextSuggestion("merger plan", ["merger"], Tools[1].Id, 4, 4, 0.8, _world.Time.GetUtcNow()),
        ]);
        var topics = (await AskAsync("""{"userId":"u","context":{"topic":"Merger plan","keywords":["merger","plan"]}}""")).Topics;
        Assert.Equal((0.8, "Has served well for requests like this: 90 % of 10 times."), (topics[At(0)].Value, topics[At(0)].Reason));
        Assert.Equal("Has served well for \"merger plan\": 100 % of 4 times.", topics[At(1)].Reason);
    }

    private int At(int tool) => _world.Catalogue.PlaceOf(Tools[tool].Id);

    private static HashSet<Guid> Ids(params int[] tools) => [.. tools.Select(tool => Tools[tool].Id)];

    private Task<Situation> AskAsync(string json) =>
        _world.Situations().OfAsync(_world.Catalogue, AnswersWorld.Question(json), _world.Rights(), CancellationToken.None);
}
