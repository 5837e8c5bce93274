using Capns.Contracts;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Requests;

/// <summary>Modes that start from a tool (platform spec 7.2, 7.5).</summary>
public sealed class RelationAnswersTests : IDisposable
{
    private static readonly CatalogueTool A = Example.Tool("a");
    private static readonly CatalogueTool B = Example.Tool("b");
    private static readonly CatalogueTool C = Example.Tool("c") with { Availability = ToolAvailability.Maintenance };
    private static readonly CatalogueTool D = Example.Tool("d") with { Level = SecurityLevel.Dangerous };
    private static readonly CatalogueTool Gone = Example.Tool("gone") with { Availability = ToolAvailability.Archived };
    private readonly AnswersWorld _world = new(A, B, C, D, Gone);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("nothing")]
    [InlineData("gone")]
    public async Task List_OfAToolThatIsNotThere_IsRefused(string tool)
    {
        var (answer, refusal) = await _world.TryAskAsync($$"""{"userId":"u","mode":"similar","toolId":"{{tool}}"}""");
        Assert.Null(answer);
        Assert.Equal(("TOOL_NOT_FOUND", $"There is no tool \"{tool}\"."), (refusal!.Code, refusal.Message));
    }

    [Theory]
    [InlineData(RelationType.Enhances, false, "Enhances a.")]
    [InlineData(RelationType.Enhances, true, "Is enhanced by a.")]
    [InlineData(RelationType.Replaces, false, "Replaces a.")]
    [InlineData(RelationType.Replaces, true, "Is replaced by a.")]
    [InlineData(RelationType.Requires, false, "Requires a.")]
    [InlineData(RelationType.Requires, true, "Required by a.")]
    [InlineData(RelationType.SimilarTo, true, "Similar to a.")]
    [InlineData(RelationType.UsedWith, true, "Used together with a in 6 sessions.")]
    internal async Task Related_OfEachType_SaysWhichWayItGoes(RelationType type, bool fromTheToolAskedAbout, string reason)
    {
        _world.Graph.Relations.Add(fromTheToolAskedAbout ? _world.Relation(A, type, B) : _world.Relation(B, type, A));
        var found = Assert.Single((await _world.AskAsync("""{"userId":"u","mode":"related","toolId":"a"}""")).Recommendations);
        Assert.Equal((B.Id.ToString(), 0.8, reason), (found.ToolId, found.Score, found.Reason));
        var tie = Assert.Single(found.Relationships!);
        Assert.Equal((type.Word(), A.Id.ToString(), 0.8), (tie.Type, tie.ToolId, tie.Strength));
    }

    [Fact]
    public async Task Related_OfWhatTheFiltersLeaveOut_IsFilledUpWithTheNext()
    {
        _world.Graph.Relations.AddRange(
        [
            _world.Relation(A, RelationType.SimilarTo, D, 1), _world.Relation(A, RelationType.SimilarTo, C, 0.9),
            _world.Relation(A, RelationType.SimilarTo, Gone, 0.9), _world.Relation(A, RelationType.SimilarTo, B, 0.6),
        ]);
        Assert.Equal(["b"], await _world.NamesAsync("""{"userId":"u","mode":"related","toolId":"a","limit":1}"""));
        Assert.Empty(await _world.NamesAsync("""{"userId":"u","mode":"similar","toolId":"a","minStrength":0.61}"""));
        Assert.Empty(await _world.NamesAsync("""{"userId":"u","mode":"related","toolId":"a","relationTypes":["USED_WITH"]}"""));
    }

    [Fact]
    public async Task Dependencies_SayWhatEachToolIsNow()
    {
        var unknown = Guid.CreateVersion7();
        _world.Graph.Closure = new Dependencies(
            [new Dependency(unknown, 2, false), new Dependency(Gone.Id, 2, false), new Dependency(C.Id, 1, true), new Dependency(B.Id, 1, false)], [], [], Truncated: false);
        var tools = (await _world.AskAsync("""{"userId":"u","mode":"dependencies","toolId":"a"}""")).Recommendations;

        Assert.Equal(["missing", "missing", "disabled", "ok"], tools.Select(tool => tool.Status));
        Assert.Equal([2, 2, 1, 1], tools.Select(tool => tool.Depth));
        Assert.Equal((unknown.ToString(), unknown.ToString()), (tools[0].ToolId, tools[0].Name));
        Assert.Equal("Required by a through others, 2 steps away.", tools[0].Reason);
        Assert.Equal("Required by a directly. It requires itself in a circle.", tools[2].Reason);
        Assert.Equal(2, (await _world.AskAsync("""{"userId":"u","mode":"dependents","toolId":"a","limit":2}""")).Recommendations.Count);
    }

    [Fact]
    public async Task List_WhileTheGraphIsAway_IsEmptyAndDegraded()
    {
        _world.Graph.IsAway = true;
        foreach (var mode in new[] { "similar", "related", "used-with", "dependencies", "dependents" })
        {
            var answer = await _world.AskAsync($$"""{"userId":"u","mode":"{{mode}}","toolId":"a"}""");
            Assert.Equal((true, 0, mode), (answer.Degraded, answer.Recommendations.Count, answer.Mode));
        }
    }
}
