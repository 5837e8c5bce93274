using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Learning.Similarity;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Capns.Discovery.Worker.Tests.Learning.LearningData;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>What is done at three in the morning.</summary>
public sealed class NightlyWorkTests
{
    [Theory]
    [InlineData("2026-03-02T02:59:59Z", "2026-03-02T03:00:00Z")]
    [InlineData("2026-03-02T03:00:00Z", "2026-03-03T03:00:00Z")]
    [InlineData("2026-02-28T23:00:00-02:00", "2026-03-01T03:00:00Z")]
    public void Next_OfATime_IsThreeInTheMorningAfterIt(string now, string next) =>
        Assert.Equal(DateTimeOffset.Parse(next, null), NightlyWork.Next(DateTimeOffset.Parse(now, null)));

    [ServersFact]
    public async Task Work_WhenDue_IsDoneOnceByWhoeverComesFirst()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        await catalogue.PutAsync(Example.Tool("one") with { Tags = ["pdf"] }, Example.Tool("two") with { Tags = ["pdf"] });
        var time = new ManualTime(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
        var (first, second) = (await WorkAsync(catalogue, time), await WorkAsync(catalogue, time));

        // Due for the first time in the coming night.
        Assert.False(await first.RunDueAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromHours(14.99));
        Assert.False(await first.RunDueAsync(CancellationToken.None));
        time.Advance(TimeSpan.FromHours(0.02));
        Assert.True(await second.RunDueAsync(CancellationToken.None));
        Assert.False(await first.RunDueAsync(CancellationToken.None));
        Assert.Equal(1L, await catalogue.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_relations WHERE type = 'SIMILAR_TO'"));

        // Asleep for three nights it is due once.
        time.Advance(TimeSpan.FromDays(3));
        Assert.True(await first.RunDueAsync(CancellationToken.None));
        Assert.False(await second.RunDueAsync(CancellationToken.None));
    }

    [ServersFact]
    public async Task Work_OnOldPairsAndSessions_RemovesWhatTheRulesSay()
    {
        await using var catalogue = await TestCatalogue.CreateAsync();
        var (one, two) = (Example.Tool("one") with { Tags = ["pdf"] }, Example.Tool("two") with { Tags = ["pdf"] });
        await catalogue.PutAsync(one, two);
        var time = new ManualTime(new DateTimeOffset(2026, 6, 1, 3, 0, 1, TimeSpan.Zero));
        var now = time.GetUtcNow();
        await DueAsync(catalogue);
        var work = await WorkAsync(catalogue, time);
        // Used once: 1·0.5^(30 ÷ 30) = 0.5 stays, a second older goes. Used four times: 4·0.5^(90 ÷ 30) = 0.5 stays, a second older goes.
        var edges = new[] { (A, B, 1, 30.0), (A, C, 1, 30.00002), (B, C, 4, 90.0), (A, one.Id, 4, 90.00002) };
        foreach (var (from, to, frequency, days) in edges)
        {
            var pair = Capns.Discovery.Worker.Learning.Rules.ToolPair.Of(from, to);
            await catalogue.Database.ExecuteAsync(
                $"INSERT INTO discovery.graph_relations (from_id, type, to_id, strength, frequency, assoc, source, last_used, updated_at) VALUES ('{pair.First}', 'USED_WITH', '{pair.Second}', 1, {frequency}, 1, 'learned', '{now.AddDays(-days):O}', now())");
        }

        await catalogue.Database.ExecuteAsync(
            $"""
            INSERT INTO discovery.session_tools (session_key, tool_id, at) VALUES
                ('old', '{A}', '{now.AddDays(-3):O}'), ('old', '{B}', '{now.AddDays(-2):O}'), ('new', '{A}', '{now.AddDays(-3):O}'), ('new', '{B}', '{now.AddMinutes(-5):O}');
            INSERT INTO discovery.session_pairs (session_key, a, b, at) VALUES ('old', '{A}', '{B}', '{now.AddDays(-2):O}'), ('new', '{A}', '{B}', '{now.AddDays(-2):O}');
            INSERT INTO discovery.learning_corrections (execution_id, tool_id, x, patterns, at) VALUES
                (gen_random_uuid(), '{A}', 1, '{"{}"}', '{now.AddDays(-31):O}'), (gen_random_uuid(), '{B}', 1, '{"{}"}', '{now.AddDays(-29):O}');
            INSERT INTO discovery.tool_days (tool_id, day, uses, cost) VALUES ('{A}', '{now.AddDays(-30):O}', 3, 0), ('{A}', '{now.AddDays(-40):O}', 5, 0)
            """);

        Assert.True(await work.RunDueAsync(CancellationToken.None));

        Assert.Equal("1,4", await catalogue.Database.ScalarAsync<string>("SELECT string_agg(frequency::text, ',' ORDER BY frequency) FROM discovery.graph_relations WHERE type = 'USED_WITH'"));
        Assert.Equal("new,new", await catalogue.Database.ScalarAsync<string>("SELECT string_agg(session_key, ',') FROM discovery.session_tools"));
        Assert.Equal("new", await catalogue.Database.ScalarAsync<string>("SELECT string_agg(session_key, ',') FROM discovery.session_pairs"));
        Assert.Equal(3L, await catalogue.Database.ScalarAsync<long>("SELECT uses FROM discovery.tool_days"));
        Assert.Equal(B, await catalogue.Database.ScalarAsync<Guid>("SELECT tool_id FROM discovery.learning_corrections"));
        Assert.True(await catalogue.Database.ScalarAsync<bool>($"SELECT bool_or(id = '{C}') FROM discovery.graph_dirty"));
        Assert.Equal(1L, await catalogue.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_relations WHERE type = 'SIMILAR_TO'"));

        // An archived tool is similar to nothing.
        await catalogue.ArchiveAsync(one.Id);
        await DueAsync(catalogue);
        Assert.True(await (await WorkAsync(catalogue, time)).RunDueAsync(CancellationToken.None));
        Assert.Equal(0L, await catalogue.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.graph_relations WHERE type = 'SIMILAR_TO'"));
    }

    private static Task<int> DueAsync(TestCatalogue catalogue) => catalogue.Database.ExecuteAsync(
        "INSERT INTO discovery.learning_jobs VALUES ('nightly', '2026-01-01') ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at");

    private static async Task<NightlyWork> WorkAsync(TestCatalogue catalogue, TimeProvider time)
    {
        var watch = new CatalogueWatch(new CatalogueReader(catalogue.Source), [], time, NullLogger<CatalogueWatch>.Instance);
        await watch.RefreshAsync(CancellationToken.None);
        var similarity = new SimilarityUpdate(catalogue.Source, time, NullLogger<SimilarityUpdate>.Instance);
        return new NightlyWork(catalogue.Source, watch, similarity, time, NullLogger<NightlyWork>.Instance);
    }
}
