using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Projection;
using Capns.Testing;
using Xunit;
using static Capns.Discovery.Worker.Tests.Graph.GraphExample;

namespace Capns.Discovery.Worker.Tests.Graph;

/// <summary>REQUIRES follows the definitions, once over all instances.</summary>
public sealed class CatalogueRelationsTests
{
    [GraphFact]
    public async Task Apply_AChangedDefinition_ReplacesItsSetAndMarksTheTool()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        var relations = new CatalogueRelations(test.Catalogue.Source);
        await relations.ApplyAsync([Tool(1, 5, (2, "^1"), (3, null))], [], default);
        await relations.ApplyAsync([Tool(1, 6, (3, "^2"), (4, null))], [], default);

        Assert.Equal([Requires(1, 3, "^2"), Requires(1, 4)], await test.Graph.NeighboursAsync([Id(1)], default));
        Assert.Equal(new TruthState(2, 0), await new GraphTruth(test.Catalogue.Source).StateAsync(default));
        Assert.Equal([new DirtyMark("tool", Id(1).ToString(), 2)], (await new GraphTruth(test.Catalogue.Source).BatchAsync(9, default)).Marks);
    }

    [GraphFact]
    public async Task Apply_WhatIsKnownOrOlder_ChangesNothing()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        var relations = new CatalogueRelations(test.Catalogue.Source);
        Assert.Equal(1, await relations.ApplyAsync([Tool(1, 5, (2, null))], [], default));

        Assert.Equal(0, await relations.ApplyAsync([Tool(1, 5)], [], default));
        Assert.Equal(0, await relations.ApplyAsync([Tool(1, 4)], [Id(77)], default));

        Assert.Equal(new TruthState(1, 0), await new GraphTruth(test.Catalogue.Source).StateAsync(default));
        Assert.Single(await test.Graph.NeighboursAsync([Id(1)], default));
    }

    [GraphFact]
    public async Task Apply_ByManyInstancesAtOnce_IsDoneOnce()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        CatalogueTool[] tools = [.. Enumerable.Range(1, 50).Select(at => Tool(at, 1, (at + 1, null)))];

        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => new CatalogueRelations(test.Catalogue.Source).ApplyAsync(tools, [], default)));

        Assert.Equal(50, applied.Sum());
        Assert.Equal(new TruthState(1, 0), await new GraphTruth(test.Catalogue.Source).StateAsync(default));
    }

    [GraphFact]
    public async Task Apply_APurgedTool_ForgetsWhatWasLearnedAndKeepsWhatOthersRequire()
    {
        await using var test = await TestGraph.CreateAsync("falkordb");
        var relations = new CatalogueRelations(test.Catalogue.Source);
        await relations.ApplyAsync([Tool(1, 1, (2, null)), Tool(3, 1, (1, null))], [], default);
        await test.Write().Relate(Similar(1, 4, 0.5)).Relate(Enhances(5, 1, 0.5)).Use("x", Use(1, 3, 1)).Use("x", Use(3, 3, 1))
            .Suggest(Suggestion("contracts", 1, 0.5, "pdf")).CommitAsync();
        await test.Catalogue.Database.ExecuteAsync($"INSERT INTO discovery.tool_sessions VALUES ('{Id(1)}', 4)");
        await test.UpdateAsync();

        Assert.Equal(1, await relations.ApplyAsync([], [Id(1)], default));
        await test.UpdateAsync();

        Assert.Equal([Requires(3, 1)], await test.Graph.NeighboursAsync([Id(1)], default));
        Assert.Equal([Id(3)], (await test.Graph.UsesAsync("x", default)).Select(use => use.ToolId));
        Assert.Empty(await test.Graph.SuggestionsAsync(["contracts"], ["pdf"], default));
        Assert.Equal(0, await test.Catalogue.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.tool_sessions"));
        await test.AssertSameAsync();
    }

    [GraphFact]
    public async Task Follow_AToolPurgedWhileNoInstanceWasThere_ForgetsIt()
    {
        await using var test = await TestGraph.CreateAsync("postgresql");
        await new CatalogueRelations(test.Catalogue.Source).ApplyAsync([Tool(1, 1, (2, null)), Tool(3, 2), Tool(4, 9)], [], default);

        // Tool 4 is newer than what this instance has read.
        await new CatalogueRelations(test.Catalogue.Source).FollowAsync(new CatalogueSnapshot(5, [Tool(3, 2)]), [Id(3)], default);

        Assert.Empty(await test.Graph.NeighboursAsync([Id(1)], default));
        Assert.Equal(2, await test.Catalogue.Database.ScalarAsync<long>($"SELECT count(*) FROM discovery.known_tools WHERE tool_id <> '{Id(1)}'"));
        Assert.Equal(0, await test.Catalogue.Database.ScalarAsync<long>($"SELECT count(*) FROM discovery.known_tools WHERE tool_id = '{Id(1)}'"));
    }

    private static CatalogueTool Tool(int id, long revision, params (int Id, string? Range)[] requires) => Example.Tool($"tool-{id}") with
    {
        Id = Id(id),
        Revision = revision,
        Requires = [.. requires.Select(one => new ToolRequirement(Id(one.Id), one.Range))],
    };
}
