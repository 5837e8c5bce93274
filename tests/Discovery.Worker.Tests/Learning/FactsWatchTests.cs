using Capns.Discovery.Worker.Learning;
using Capns.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using static Capns.Discovery.Worker.Tests.Learning.LearningData;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>What ranking is told of tools' runs.</summary>
public sealed class FactsWatchTests
{
    [ServersFact]
    public async Task Facts_OfWhatWasLearned_AreKnownAndNoOthersAreReadAgain()
    {
        await using var data = await LearningData.CreateAsync();
        var reader = new ToolFactsReader(data.Source, data.Time);
        await data.LearnAsync(Run(A, 0, ms: 10));
        await data.LearnAsync(Run(A, 1, completed: false, ms: 100, agent: "y"));
        await data.LearnAsync(Say(A, 0.5m));
        await data.LearnAsync(Run(B, 2));
        var first = await reader.ReadAsync(ToolFactsSnapshot.Empty, CancellationToken.None);

        // n = 3, s = 1 + 0 + 0.5; three uses; two runs of 0.01 each; 100 ms lies in the class up to 1.5^12 = 129.746337890625
        Assert.Equal((3L, 1.5, 3L, 0.01), (first.Of(A).N, first.Of(A).S, first.Of(A).Uses, first.Of(A).MeanCost!.Value));
        Assert.Equal(129.746337890625, first.Of(A).P95Ms);
        Assert.Equal((2, 1), (first.AgentsOf(A), first.AgentsOf(B)));
        Assert.Equal((4L, 3L), (first.Epoch, first.LargestUses));
        Assert.Equal(default, first.Of(C));
        Assert.Same(first, await reader.ReadAsync(first, CancellationToken.None));

        await data.LearnAsync(Run(B, 3));
        await data.Database.ExecuteAsync($"UPDATE discovery.tool_quality SET n = 99 WHERE tool_id = '{A}'");
        var second = await reader.ReadAsync(first, CancellationToken.None);
        Assert.Equal((3L, 2L), (second.Of(A).N, second.Of(B).N));
    }

    [ServersFact]
    public async Task Uses_OlderThanThirtyDays_CountNoMore()
    {
        await using var data = await LearningData.CreateAsync();
        await data.LearnAsync(Run(A, 0));
        var watch = Watch(data.Source, data.Time);
        // Learned on 2 March, of 30 days up to and with 31 March.
        data.Time.Advance(new DateTimeOffset(2026, 3, 31, 23, 59, 0, TimeSpan.Zero) - data.Time.GetUtcNow());
        await watch.RefreshAsync(CancellationToken.None);
        Assert.Equal(1L, watch.Current.LargestUses);

        data.Time.Advance(TimeSpan.FromMinutes(1));
        await watch.RefreshAsync(CancellationToken.None);
        Assert.Equal((0L, 1L, (double?)null), (watch.Current.LargestUses, watch.Current.Of(A).N, watch.Current.Of(A).MeanCost));
    }

    [ServersFact]
    public async Task Facts_WhileTheDatabaseIsAway_StayAndComeBack()
    {
        await using var data = await LearningData.CreateAsync();
        await data.LearnAsync(Run(A, 0));
        var watch = Watch(data.Source, data.Time);
        await watch.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => watch.Current.Of(A).N == 1, "the first facts");

        await data.Database.CloseConnectionsAsync();
        data.Time.Advance(FactsWatch.Interval);
        Assert.Equal(1L, watch.Current.Of(A).N);
        await Eventually.TrueAsync(async () => await TryLearnAsync(data), "the database to be back");
        await Eventually.TrueAsync(
            () =>
            {
                data.Time.Advance(FactsWatch.Interval);
                return watch.Current.Of(A).N == 2;
            },
            "the new facts");
        await watch.StopAsync(CancellationToken.None);
    }

    private static async Task<bool> TryLearnAsync(LearningData data)
    {
        try
        {
            await data.LearnAsync(Run(A, 1));
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static FactsWatch Watch(NpgsqlDataSource source, TimeProvider time) =>
        new(new ToolFactsReader(source, time), time, NullLogger<FactsWatch>.Instance);
}
