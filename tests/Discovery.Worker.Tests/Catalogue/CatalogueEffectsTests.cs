using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Learning.Similarity;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Capns.Discovery.Worker.Tests.Catalogue;

public sealed class CatalogueEffectsTests
{
    [ServersFact]
    public async Task CatchUp_AfterAFailure_IsDoneTheNextTime()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        var (watch, effects) = Make(catalogue);
        var base1 = Example.Tool("pdf-reader") with { Tags = ["pdf"] };
        await catalogue.PutAsync(base1, Example.Tool("pdf-printer") with { Tags = ["pdf"], Requires = [new ToolRequirement(base1.Id, ">=1.0.0")] });
        await watch.RefreshAsync(CancellationToken.None);
        await catalogue.Database.ExecuteAsync("ALTER TABLE discovery.similar_tools RENAME TO away");

        await Assert.ThrowsAsync<PostgresException>(() => effects.CatchUpAsync(CancellationToken.None));
        await catalogue.Database.ExecuteAsync("ALTER TABLE discovery.away RENAME TO similar_tools");
        await effects.CatchUpAsync(CancellationToken.None);

        Assert.Equal(["REQUIRES", "SIMILAR_TO"], await TypesAsync(catalogue));
        var epoch = await EpochAsync(catalogue);
        await effects.CatchUpAsync(CancellationToken.None);
        Assert.Equal(epoch, await EpochAsync(catalogue));
    }

    [ServersFact]
    public async Task CatchUp_OfASecondInstance_ChangesNothing()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        await catalogue.PutAsync(Example.Tool("one") with { Tags = ["pdf"] }, Example.Tool("two") with { Tags = ["pdf"] });
        foreach (var (watch, effects) in new[] { Make(catalogue), Make(catalogue) })
        {
            await watch.RefreshAsync(CancellationToken.None);
            await effects.CatchUpAsync(CancellationToken.None);
            // One for the tools, one for what is similar.
            Assert.Equal(2, await EpochAsync(catalogue));
        }
    }

    [ServersFact]
    public async Task CatchUp_NewVersionThatNeedsLess_ReplacesWhatTheOldOneNeeded()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        var (watch, effects) = Make(catalogue);
        var needed = Example.Tool("needed");
        var tool = Example.Tool("needs") with { Requires = [new ToolRequirement(needed.Id, null)] };
        await catalogue.PutAsync(needed, tool);
        await watch.RefreshAsync(CancellationToken.None);
        await effects.CatchUpAsync(CancellationToken.None);
        Assert.Contains("REQUIRES", await TypesAsync(catalogue));
        // What people say of it is theirs, and stays.
        await catalogue.Database.ExecuteAsync(
            $"INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, source, updated_at) VALUES ('{needed.Id}', 'REQUIRES', '{tool.Id}', 1, 'manual', now())");

        await catalogue.PutAsync(tool with { Version = "1.1.0", Requires = [] }, needed with { Version = "1.1.0" });
        await watch.RefreshAsync(CancellationToken.None);
        await effects.CatchUpAsync(CancellationToken.None);

        Assert.Equal("manual", await catalogue.Database.ScalarAsync<string>("SELECT string_agg(source, ' ') FROM discovery.graph_relations WHERE type = 'REQUIRES'"));
    }

    private static (CatalogueWatch Watch, CatalogueEffects Effects) Make(TestCatalogue catalogue)
    {
        var watch = new CatalogueWatch(new CatalogueReader(catalogue.Source), [], TimeProvider.System, NullLogger<CatalogueWatch>.Instance);
        var similarity = new SimilarityUpdate(catalogue.Source, TimeProvider.System, NullLogger<SimilarityUpdate>.Instance);
        return (watch, new CatalogueEffects(
            watch, new CatalogueRelations(catalogue.Source), similarity, TimeProvider.System, NullLogger<CatalogueEffects>.Instance));
    }

    private static async Task<IReadOnlyList<string>> TypesAsync(TestCatalogue catalogue) =>
        (await catalogue.Database.ScalarAsync<string[]>("SELECT array_agg(DISTINCT type ORDER BY type) FROM discovery.graph_relations"))!;

    private static Task<long> EpochAsync(TestCatalogue catalogue) => catalogue.Database.ScalarAsync<long>("SELECT epoch FROM discovery.graph_state");
}
