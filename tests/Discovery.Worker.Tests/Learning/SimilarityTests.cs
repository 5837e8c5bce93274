using System.Diagnostics;
using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning.Similarity;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Xunit.Abstractions;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>SIMILAR_TO of source auto (platform spec 7.3, rule 4).</summary>
public sealed class SimilarityTests(ITestOutputHelper output)
{
    [Fact]
    public void Score_OfTwoTools_IsWhatTheRuleSays()
    {
        var one = Tool(1, "reader", "extracts text", "docs", ["pdf", "text", "fast"], ["extract"]);
        var other = Tool(2, "writer", "extracts pictures", "docs", ["PDF", "image"], ["extract", "draw"]);
        var index = new SimilarityIndex([one, other]);

        // Tags: {pdf} of {pdf, text, fast, image} = 1/4; capabilities: {extract} of {extract, draw} = 1/2; same category.
        // Words: reader extracts text | writer extracts pictures; N = 2; weight of "extracts" ln(1 + 2/2) = ln 2, of the others ln(1 + 2/1) = ln 3.
        // cos = (ln 2)² ÷ ((ln 2)² + 2·(ln 3)²)
        var cosine = Math.Pow(Math.Log(2), 2) / (Math.Pow(Math.Log(2), 2) + (2 * Math.Pow(Math.Log(3), 2)));
        var score = (0.35 * 0.25) + (0.25 * 0.5) + 0.15 + (0.25 * cosine);
        Assert.Equal(score, index.Score(one.Id, other.Id), 9);
        Assert.Equal([(other.Id, index.Score(one.Id, other.Id))], index.Best(one.Id));
        Assert.Equal(index.Score(one.Id, other.Id), index.Score(other.Id, one.Id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Best_OfManyTools_IsWhatComparingAllWithAllFinds(int seed)
    {
        var tools = Many(400, seed);
        var index = new SimilarityIndex(tools);
        var found = 0;
        foreach (var tool in tools)
        {
            var all = tools.Where(other => other.Id != tool.Id).Select(other => (Other: other.Id, Score: index.Score(tool.Id, other.Id)))
                .Where(one => one.Score >= SimilarityIndex.Least).OrderByDescending(one => one.Score).ThenBy(one => one.Other).Take(SimilarityIndex.Most).ToList();
            Assert.Equal(all, index.Best(tool.Id));
            found += all.Count;
        }

        Assert.True(found > 400, $"only {found} pairs");
    }

    [Fact]
    public void Best_OfTenThousandTools_IsFound()
    {
        var tools = Many(10_000, 4);
        var started = Stopwatch.GetTimestamp();
        var index = new SimilarityIndex(tools);
        var built = Stopwatch.GetElapsedTime(started);
        var pairs = tools.Sum(tool => index.Best(tool.Id).Count);
        output.WriteLine($"10,000 tools: built in {built.TotalSeconds:0.00} s, {pairs} best in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s");
        Assert.True(pairs > 10_000);
    }

    [ServersFact]
    public async Task Update_OfAChangedTool_ReplacesItsRelationsAndLeavesWhatPeopleSaid()
    {
        await using var data = await LearningData.CreateAsync();
        var update = new SimilarityUpdate(data.Source, data.Time, NullLogger<SimilarityUpdate>.Instance);
        var tools = Enumerable.Range(1, 4).Select(at => Tool(at, $"tool{at}", "same words here", "docs", ["pdf", "text"], ["extract"])).ToList();
        await update.UpdateAsync(new CatalogueSnapshot(1, tools), [.. tools.Select(tool => tool.Id)], CancellationToken.None);

        Assert.Equal(6L, await data.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_relations WHERE type = 'SIMILAR_TO'"));
        var before = await data.DumpAsync();
        await update.UpdateAsync(new CatalogueSnapshot(1, tools), [.. tools.Select(tool => tool.Id)], CancellationToken.None);
        await update.UpdateAllAsync(new CatalogueSnapshot(1, tools), CancellationToken.None);
        Assert.Equal(before, await data.DumpAsync());

        // People keep 1–2, feedback has raised 1–3; tool 1 becomes something else.
        await data.Database.ExecuteAsync($"UPDATE discovery.graph_relations SET source = 'manual', strength = 0.11 WHERE from_id = '{tools[0].Id}' AND to_id = '{tools[1].Id}'");
        await data.Database.ExecuteAsync($"UPDATE discovery.graph_relations SET source = 'learned', strength = 0.5 WHERE from_id = '{tools[0].Id}' AND to_id = '{tools[2].Id}'");
        var changed = tools[0] with { Tags = ["music"], Capabilities = ["play"], Description = "plays songs", Category = "sound", Revision = 2 };
        await update.UpdateAsync(new CatalogueSnapshot(2, [changed, .. tools[1..]]), [changed.Id], CancellationToken.None);

        Assert.Equal(0.11m, await data.RelationAsync("SIMILAR_TO", "strength", tools[0].Id, tools[1].Id));
        Assert.Equal(0.5m, await data.RelationAsync("SIMILAR_TO", "strength", tools[0].Id, tools[2].Id));
        Assert.Null(await data.RelationAsync("SIMILAR_TO", "strength", tools[0].Id, tools[3].Id));

        // Back again: of learned and found the larger counts, what people said stays.
        var back = tools[0] with { Revision = 3 };
        await update.UpdateAsync(new CatalogueSnapshot(3, [back, .. tools[1..]]), [back.Id], CancellationToken.None);
        Assert.Equal(0.11m, await data.RelationAsync("SIMILAR_TO", "strength", tools[0].Id, tools[1].Id));
        var found = await data.RelationAsync("SIMILAR_TO", "strength", tools[0].Id, tools[3].Id);
        Assert.Equal(found, await data.RelationAsync("SIMILAR_TO", "strength", tools[0].Id, tools[2].Id));
        Assert.Equal(found, Math.Round(found!.Value, 2));
        Assert.True(found > 0.5m);
    }

    [ServersFact]
    public async Task Update_OfAnInstanceThatIsBehind_LeavesWhatALaterOneMade()
    {
        await using var data = await LearningData.CreateAsync();
        var update = new SimilarityUpdate(data.Source, data.Time, NullLogger<SimilarityUpdate>.Instance);
        var tools = Enumerable.Range(1, 30).Select(at => Tool(at, $"tool{at}", $"words {at}", $"c{at}", [$"t{at / 2}"], [])).ToList();
        Guid[] all = [.. tools.Select(tool => tool.Id)];
        await update.UpdateAsync(new CatalogueSnapshot(1, tools), all, CancellationToken.None);
        var newer = tools[1] with { Tags = ["other"], Revision = 2 };
        await update.UpdateAsync(new CatalogueSnapshot(2, [tools[0], newer, .. tools[2..]]), [newer.Id], CancellationToken.None);
        Assert.Null(await data.RelationAsync("SIMILAR_TO", "strength", tools[1].Id, tools[2].Id));
        var dump = await data.DumpAsync();

        await update.UpdateAsync(new CatalogueSnapshot(1, tools), all, CancellationToken.None);

        Assert.Equal(dump, await data.DumpAsync());
    }

    [ServersFact]
    public async Task Update_ByTwoInstancesAtOnce_WritesOnce()
    {
        await using var data = await LearningData.CreateAsync();
        var tools = Enumerable.Range(1, 30).Select(at => Tool(at, $"tool{at}", "same words here", "docs", ["pdf"], [])).ToList();
        var catalogue = new CatalogueSnapshot(1, tools);
        Guid[] all = [.. tools.Select(tool => tool.Id)];

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            new SimilarityUpdate(data.Source, data.Time, NullLogger<SimilarityUpdate>.Instance).UpdateAsync(catalogue, all, CancellationToken.None))));

        // One transaction, of the first; the others find everything done.
        Assert.Equal(1L, await data.Database.ScalarAsync<long>("SELECT epoch FROM discovery.graph_state"));
        Assert.True(await data.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_relations") > 300);
    }

    private static CatalogueTool Tool(int at, string name, string description, string category, string[] tags, string[] capabilities) => Example.Tool(name) with
    {
        Id = new Guid(at, 0, 0, new byte[8]),
        Description = description,
        Category = category,
        Tags = tags,
        Capabilities = capabilities,
        Revision = 1,
    };

    private static List<CatalogueTool> Many(int count, int seed)
    {
        var random = new Random(seed);
        string Word(int most) => $"w{(int)(most * Math.Pow(random.NextDouble(), 2))}";
        return [.. Enumerable.Range(1, count).Select(at => Tool(
            at, Word(count), string.Join(' ', Enumerable.Range(0, random.Next(4, 20)).Select(_ => Word(count))), $"c{random.Next(12)}",
            [.. Enumerable.Range(0, random.Next(5)).Select(_ => Word(count / 10))], [.. Enumerable.Range(0, random.Next(3)).Select(_ => Word(count / 4))]))];
    }
}
