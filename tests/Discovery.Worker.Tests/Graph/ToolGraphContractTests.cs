using Capns.Discovery.Worker.Graph;
using Capns.Testing;
using Xunit;
using static Capns.Discovery.Worker.Tests.Graph.GraphExample;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>What every store of the tool graph answers: the same.</summary>
[Collection(Bolt.Neo4jServer.Name)]
public sealed class ToolGraphContractTests
{
    [GraphTheory]
    [Stores]
    public async Task Neighbours_OfASeed_AreItsRelationsAtEitherEnd(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Write()
            .Relate(Requires(1, 2, "^1.0.0")).Relate(Requires(3, 1)).Relate(Similar(2, 1, 0.42)).Relate(UsedWith(4, 1, 7, 0.123456789))
            .Relate(Enhances(1, 3, 0.5)).Relate(Requires(2, 3)).CommitAsync();
        await test.UpdateAsync();

        var found = await test.Graph.NeighboursAsync([Id(1), Id(99)], CancellationToken.None);

        Assert.Equal([Enhances(1, 3, 0.5), Requires(1, 2, "^1.0.0"), Similar(1, 2, 0.42), UsedWith(1, 4, 7, 0.123456789), Requires(3, 1)], found);
    }

    [GraphTheory]
    [Stores]
    public async Task Neighbours_OfTwoSeedsThatAreRelated_AreThereOnce(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Write().Relate(UsedWith(1, 2, 1, 0.5)).Relate(Similar(1, 2, 0.5)).CommitAsync();
        await test.UpdateAsync();

        Assert.Equal(2, (await test.Graph.NeighboursAsync([Id(1), Id(2)], CancellationToken.None)).Count);
    }

    [GraphTheory]
    [Stores]
    public async Task Neighbours_OfAHub_AreTheStrongestOfEachType(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        var write = test.Write().Relate(UsedWith(1, 900, 3, 0.01));
        for (var other = 2; other <= GraphLimits.RelationsPerSeed + 20; other++)
        {
            write.Relate(Similar(1, other, other / 1000d));
        }

        await write.CommitAsync();
        await test.UpdateAsync();

        var found = await test.Graph.NeighboursAsync([Id(1)], CancellationToken.None);

        Assert.Equal(GraphLimits.RelationsPerSeed + 1, found.Count);
        Assert.DoesNotContain(Similar(1, 20, 0.020), found);
        Assert.Contains(Similar(1, 21, 0.021), found);
        Assert.Contains(UsedWith(1, 900, 3, 0.01), found);
    }

    [GraphTheory]
    [Stores]
    public async Task Neighbours_AfterRelationsAreGoneOrWeaker_AreWhatIsLeft(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Write().Relate(Requires(1, 2)).Relate(Requires(1, 3)).Relate(Similar(1, 2, 0.8)).Relate(UsedWith(1, 2, 5, 0.9)).CommitAsync();
        await test.UpdateAsync();
        // The pair is marked at its other end.
        await test.Write().Unrelate(Id(1), RelationType.Requires, Id(2)).Relate(Similar(1, 2, 0.4)).CommitAsync();
        await test.Write().Unrelate(Id(1), RelationType.UsedWith, Id(2)).Mark("tool", Id(2).ToString()).CommitAsync();
        await test.UpdateAsync();

        Assert.Equal([Requires(1, 3), Similar(1, 2, 0.4)], await test.Graph.NeighboursAsync([Id(1)], CancellationToken.None));
        await test.AssertSameAsync();
    }

    [GraphTheory]
    [Stores]
    public async Task Dependencies_OfATree_AreTransitiveWithDepthAndRange(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Write().Relate(Requires(1, 2, "^2")).Relate(Requires(1, 3)).Relate(Requires(2, 4)).Relate(Requires(3, 4)).Relate(Requires(5, 1)).CommitAsync();
        await test.UpdateAsync();

        var forward = await test.Graph.DependenciesAsync(Id(1), reverse: false, CancellationToken.None);
        Assert.Equal([new Dependency(Id(4), 2, false), new Dependency(Id(2), 1, false), new Dependency(Id(3), 1, false)], forward.Tools);
        Assert.Equal(
            [new(Id(1), Id(2), "^2"), new(Id(1), Id(3), null), new(Id(2), Id(4), null), new DependencyEdge(Id(3), Id(4), null)], forward.Edges);
        Assert.Empty(forward.Cycles);
        Assert.False(forward.Truncated);

        var back = await test.Graph.DependenciesAsync(Id(4), reverse: true, CancellationToken.None);
        Assert.Equal([(Id(2), 1), (Id(3), 1), (Id(1), 2), (Id(5), 3)], back.Tools.Select(tool => (tool.ToolId, tool.Depth)));
    }

    [GraphTheory]
    [Stores]
    public async Task Dependencies_InACircle_EndAndSaySo(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Write()
            .Relate(Requires(1, 2)).Relate(Requires(2, 3)).Relate(Requires(3, 2)).Relate(Requires(3, 4)).Relate(Requires(4, 4)).Relate(Requires(4, 5)).CommitAsync();
        await test.UpdateAsync();

        var found = await test.Graph.DependenciesAsync(Id(1), reverse: false, CancellationToken.None);

        Assert.Equal([[Id(2), Id(3)], [Id(4)]], found.Cycles);
        Assert.Equal([(Id(5), false), (Id(4), true), (Id(2), true), (Id(3), true)], found.Tools.Select(tool => (tool.ToolId, tool.InCycle)));
    }

    [GraphTheory]
    [Stores]
    public async Task Dependencies_OfAChainOfDiamonds_AreReadOnceEach(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        var write = test.Write();
        for (var diamond = 0; diamond < 20; diamond++)
        {
            var top = 1 + (diamond * 3);
            write.Relate(Requires(top, top + 1)).Relate(Requires(top, top + 2)).Relate(Requires(top + 1, top + 3)).Relate(Requires(top + 2, top + 3));
        }

        await write.CommitAsync();
        await test.UpdateAsync();

        // 2^20 paths lead to the last one.
        var found = await test.Graph.DependenciesAsync(Id(1), reverse: false, CancellationToken.None);
        Assert.Equal((60, 80, false), (found.Tools.Count, found.Edges.Count, found.Truncated));
        Assert.Equal(40, found.Tools[0].Depth);
    }

    [GraphTheory]
    [Stores]
    public async Task Dependencies_MoreThanTheLimit_AreCutOffAndSaySo(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        var write = test.Write();
        for (var other = 2; other <= GraphLimits.Closure + 5; other++)
        {
            write.Relate(Requires(1, other));
        }

        await write.CommitAsync();
        await test.UpdateAsync();

        var found = await test.Graph.DependenciesAsync(Id(1), reverse: false, CancellationToken.None);
        Assert.Equal((GraphLimits.Closure, true), (found.Tools.Count, found.Truncated));
    }

    [GraphTheory]
    [Stores]
    public async Task Uses_OfAnAgent_AreItsOwnBestFirst(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Write().Use("a", Use(1, 3, 0.7)).Use("a", Use(2, 9, 0.7)).Use("a", Use(3, 1, 0.9)).Use("b", Use(4, 1, 1)).CommitAsync();
        await test.UpdateAsync();

        var found = await test.Graph.UsesAsync("a", CancellationToken.None);

        Assert.Equal([Id(3), Id(2), Id(1)], found.Select(use => use.ToolId));
        Assert.Equivalent(Use(2, 9, 0.7), found[1], strict: true);
        Assert.Empty(await test.Graph.UsesAsync("nobody", CancellationToken.None));
    }

    [GraphTheory]
    [Stores]
    public async Task Suggestions_ByPatternOrKeyword_AreStrongestFirst(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Write()
            .Suggest(Suggestion("contracts", 1, 0.5, "pdf")).Suggest(Suggestion("contracts", 2, 0.9, "law")).Suggest(Suggestion("taxes", 3, 0.7, "pdf", "sum"))
            .Suggest(Suggestion("other", 4, 1, "nothing")).CommitAsync();
        await test.UpdateAsync();

        var found = await test.Graph.SuggestionsAsync(["contracts"], ["pdf", "zip"], CancellationToken.None);

        Assert.Equivalent(
            new[] { Suggestion("contracts", 2, 0.9, "law"), Suggestion("taxes", 3, 0.7, "pdf", "sum"), Suggestion("contracts", 1, 0.5, "pdf") }, found, strict: true);
        Assert.Equal([Id(3), Id(1)], (await test.Graph.SuggestionsAsync([], ["pdf"], CancellationToken.None)).Select(one => one.ToolId));
        Assert.Empty(await test.Graph.SuggestionsAsync([], [], CancellationToken.None));
    }

    [GraphTheory]
    [Stores]
    public async Task Everything_WithHostileTexts_ComesBackAsItWas(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        string[] hostile =
        [
            "it's", "a' RETURN 'INJECTED' AS v //", "\"quoted\"", @"back\slash\", @"\'", "line\nbreak\r\ttab", "日本語 🎉 é", "$ids {x: 1} `tick`", new string('x', 10_000), "",
        ];
        var write = test.Write();
        for (var at = 0; at < hostile.Length; at++)
        {
            write.Relate(Enhances(1, at + 2, 0.5) with { Reason = hostile[at] }, $$"""{"a": "{{at}} '\\"}""")
                .Use($"agent {hostile[at]}", Use(1, 1, 1) with { ContextPatterns = [hostile[at]] })
                .Suggest(Suggestion(string.Concat(hostile[at].Take(2000)), 1, 0.5, hostile[at]));
        }

        await write.CommitAsync();
        await test.Catalogue.PutAsync(Example.Tool("hostile") with { Id = Id(1), Name = "it's", Tags = hostile, Capabilities = ["a' b\\", "c\"d"] });
        await test.Write().Mark("tool", Id(1).ToString()).CommitAsync();
        await test.UpdateAsync();

        var found = await test.Graph.NeighboursAsync([Id(1)], CancellationToken.None);
        Assert.Equal(hostile, found.OrderBy(relation => relation.To.ToString(), StringComparer.Ordinal).Select(relation => relation.Reason));
        foreach (var text in hostile)
        {
            var use = Assert.Single(await test.Graph.UsesAsync($"agent {text}", CancellationToken.None));
            Assert.Equal([text], use.ContextPatterns);
            Assert.NotEmpty(await test.Graph.SuggestionsAsync([], [text], CancellationToken.None));
        }

        await test.AssertSameAsync();
    }

    [GraphTheory]
    [Stores]
    public async Task Epoch_OnceUpToDate_IsTheTruths(string store)
    {
        await using var test = await TestGraph.CreateAsync(store);
        await test.Write().Relate(Requires(1, 2)).CommitAsync();
        await test.Write().Relate(Requires(1, 3)).CommitAsync();
        await test.UpdateAsync();

        Assert.Equal(await test.Truth.EpochAsync(CancellationToken.None), await test.Graph.EpochAsync(CancellationToken.None));
        Assert.Equal(store, test.Graph.Store);
    }
}
