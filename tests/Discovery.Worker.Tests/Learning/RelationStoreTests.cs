using Capns.Discovery.Worker.Learning.Relations;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Capns.Discovery.Worker.Tests.Learning.LearningData;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>Relations that people set.</summary>
public sealed class RelationStoreTests
{
    [ServersFact]
    public async Task Put_OfARelation_IsWrittenOnceWithItsEpochAndMarks()
    {
        await using var data = await LearningData.CreateAsync();
        var store = Store(data);
        Assert.Null(await store.PutAsync(B, "SIMILAR_TO", A, 0.7m, "both read", Capns.Testing.Example.Json("""{"k":1}"""), default));
        Assert.Null(await store.PutAsync(A, "SIMILAR_TO", B, 0.6m, null, null, default));

        Assert.Equal(
            "0.6 manual",
            await data.Database.ScalarAsync<string>($"SELECT string_agg(concat_ws(' ', strength, source, reason), ',') FROM discovery.graph_relations WHERE from_id = '{A}'"));
        Assert.Equal(
            $"{A} 2, {B} 2", await data.Database.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', id, epoch), ', ' ORDER BY id) FROM discovery.graph_dirty WHERE kind = 'tool'"));

        Assert.Equal((true, null), await store.DeleteAsync(A, "SIMILAR_TO", B, default));
        var dump = await data.DumpAsync();
        Assert.Equal((false, null), await store.DeleteAsync(A, "SIMILAR_TO", B, default));
        Assert.Equal(dump, await data.DumpAsync());
        Assert.Equal(0L, await data.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_relations"));
    }

    [ServersFact]
    public async Task Put_OfADependencyThatClosesACircle_IsRefusedWithItsTools()
    {
        await using var data = await LearningData.CreateAsync();
        var store = Store(data);
        Assert.Null(await store.PutAsync(A, "REQUIRES", B, 0.2m, null, null, default));
        Assert.Null(await store.PutAsync(B, "DEPENDS_ON", C, 1m, null, null, default));
        var dump = await data.DumpAsync();

        var refusal = await store.PutAsync(C, "REQUIRES", A, 1m, null, null, default);

        Assert.Equal("DEPENDENCY_CYCLE", refusal!.Code);
        Assert.Contains($"{C} → {A} → {B} → {C}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(dump, await data.DumpAsync());
        Assert.Equal(2L, await data.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_relations WHERE type = 'REQUIRES' AND strength = 1"));
    }

    [ServersFact]
    public async Task Put_OfTwoHalvesOfACircleAtOnce_LetsOneThrough()
    {
        await using var data = await LearningData.CreateAsync();
        var store = Store(data);

        var refusals = await Task.WhenAll(
            Task.Run(() => store.PutAsync(A, "REQUIRES", B, 1m, null, null, default)),
            Task.Run(() => store.PutAsync(B, "REQUIRES", A, 1m, null, null, default)));

        Assert.Single(refusals, refusal => refusal is null);
    }

    [ServersFact]
    public async Task Change_OfWhatADefinitionSays_IsRefused()
    {
        await using var data = await LearningData.CreateAsync();
        await data.Database.ExecuteAsync(
            $"INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, source, updated_at) VALUES ('{A}', 'REQUIRES', '{B}', 1, 'definition', now())");

        Assert.Equal("INVALID_REQUEST", (await Store(data).PutAsync(A, "REQUIRES", B, 1m, null, null, default))!.Code);
        Assert.Equal("INVALID_REQUEST", (await Store(data).DeleteAsync(A, "DEPENDS_ON", B, default)).Refusal!.Code);
    }

    [ServersFact]
    public async Task Put_OfNonsense_IsRefusedWithTheValue()
    {
        await using var data = await LearningData.CreateAsync();
        var store = Store(data);
        Assert.Contains("\"USED_WITH\"", (await store.PutAsync(A, "USED_WITH", B, 1m, null, null, default))!.Message, StringComparison.Ordinal);
        Assert.Contains("1.1", (await store.PutAsync(A, "ENHANCES", B, 1.1m, null, null, default))!.Message, StringComparison.Ordinal);
        Assert.Contains("two tools", (await store.PutAsync(A, "ENHANCES", A, 1m, null, null, default))!.Message, StringComparison.Ordinal);
        Assert.Equal(0L, await data.Database.ScalarAsync<long>("SELECT epoch FROM discovery.graph_state"));
    }

    private static RelationStore Store(LearningData data) => new(data.Source, data.Time, NullLogger<RelationStore>.Instance);
}
