using Capns.Discovery.Worker.Learning.Rules;
using Capns.Testing;
using Xunit;
using static Capns.Discovery.Worker.Tests.Learning.LearningData;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>Each number of a small history, reckoned by hand (platform spec 7.3).</summary>
public sealed class LearningByHandTests
{
    [ServersFact]
    public async Task Uses_OfThreeRunsAndACorrection_AreWhatTheRuleSays()
    {
        await using var data = await LearningData.CreateAsync();
        var first = Run(A, 0, ms: 100);
        await data.LearnAsync(first);
        await data.LearnAsync(Run(A, 1, completed: false, ms: 400));
        await data.LearnAsync(Run(A, 2, ms: 250));

        // n = 3, s = 1 + 0 + 1 = 2, T = 100 + 400 + 250 = 750
        // ewma: first 1; then 0.8·1 + 0.2·0 = 0.8; then 0.8·0.8 + 0.2·1 = 0.84
        Assert.Equal((3, 2m, 750L, 0.84m, Start.AddMinutes(2)), await UsageAsync(data));

        await data.LearnAsync(Say(A, 0.4m, first.ExecutionId) with { Context = new FeedbackContext("contracts", ["pdf"]) });

        // s = 2 − 1 + 0.4 = 1.4; n, T and ewma stay
        Assert.Equal((3, 1.4m, 750L, 0.84m, Start.AddMinutes(2)), await UsageAsync(data));

        // A second opinion takes the place of the first: 1.4 − 0.4 + 0.9 = 1.9
        await data.LearnAsync(Say(A, 0.9m, first.ExecutionId));
        Assert.Equal((3, 1.9m, 750L, 0.84m, Start.AddMinutes(2)), await UsageAsync(data));

        // Without an execution it is a use: n = 4, s = 1.9 + 0.5 = 2.4, T = 750 + 50, ewma = 0.8·0.84 + 0.2·0.5 = 0.772
        await data.LearnAsync(Say(A, 0.5m) with { Ms = 50 });
        Assert.Equal((4, 2.4m, 800L, 0.772m, Start.AddMinutes(2)), await UsageAsync(data));

        // The same sums over all agents; of the four uses three were executions, each of 0.01
        Assert.Equal("4 2.4 1", await data.Database.ScalarAsync<string>("SELECT concat_ws(' ', n, s, agents) FROM discovery.tool_quality"));
        Assert.Equal("4 3 0.03", await data.Database.ScalarAsync<string>("SELECT concat_ws(' ', uses, runs, cost) FROM discovery.tool_days"));
        Assert.Equal(["contracts"], (await data.Database.ScalarAsync<string[]>("SELECT context_patterns FROM discovery.agent_tool_usage"))!);
    }

    [ServersFact]
    public async Task UsedWith_OfTwoSessions_IsWhatTheRuleSays()
    {
        await using var data = await LearningData.CreateAsync();
        await data.LearnAsync(Run(A, 0));
        await data.LearnAsync(Run(B, 1));
        await data.LearnAsync(Run(C, 2));
        await data.LearnAsync(Run(A, 3));

        // One session with A, B, C: each session_count 1, each pair once: 1 ÷ √(1·1) = 1. A's second run counts nothing.
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "assoc", A, B));
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "assoc", B, C));
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "frequency", A, C));

        await data.LearnAsync(Run(A, 5, session: "discussion:e"));
        // A is in two sessions now: A–B and A–C = 1 ÷ √(2·1) = 0.707106781187; B–C stays 1.
        Assert.Equal(0.707106781187m, await data.RelationAsync("USED_WITH", "assoc", A, B));
        Assert.Equal(0.707106781187m, await data.RelationAsync("USED_WITH", "assoc", A, C));
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "assoc", B, C));

        await data.LearnAsync(Run(B, 6, session: "discussion:e"));
        // A–B twice in two sessions each: 2 ÷ √(2·2) = 1. B–C = 1 ÷ √(2·1).
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "assoc", A, B));
        Assert.Equal(2m, await data.RelationAsync("USED_WITH", "frequency", A, B));
        Assert.Equal(0.707106781187m, await data.RelationAsync("USED_WITH", "assoc", B, C));

        // A failed run was used with nothing.
        await data.LearnAsync(Run(C, 7, completed: false, session: "discussion:e"));
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "frequency", B, C));

        // Named as a companion it counts: C's sessions 2, A–C = 2 ÷ √(2·2) = 1; B–C is not named: 1 ÷ √(2·2) = 0.5
        await data.LearnAsync(Say(A, 1m) with { Companions = [C], SessionKey = "discussion:e", At = Start.AddMinutes(8) });
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "assoc", A, C));
        Assert.Equal(0.5m, await data.RelationAsync("USED_WITH", "assoc", B, C));
        Assert.Equal(2, await data.Database.ScalarAsync<long>($"SELECT session_count FROM discovery.tool_sessions WHERE tool_id = '{C}'"));
    }

    [ServersFact]
    public async Task SimilarAndContext_OfFeedback_AreWhatTheRulesSay()
    {
        await using var data = await LearningData.CreateAsync();
        var context = new FeedbackContext("contracts", ["pdf", "summary"]);
        await data.LearnAsync(Say(A, 0.9m) with { Replaced = B, ReplacementWorked = true, Context = context });

        // 0.3 + 0.1·(1 − 0.3) = 0.37; (0.9 + 1) ÷ (1 + 2) = 0.633333333333
        Assert.Equal(0.37m, await data.RelationAsync("SIMILAR_TO", "strength", A, B));
        Assert.Equal(0.633333333333m, await data.Database.ScalarAsync<decimal>("SELECT strength FROM discovery.context_suggestions"));

        await data.LearnAsync(Say(B, 0.2m) with { Replaced = A, ReplacementWorked = false });
        // The same pair from the other side: 0.9·0.37 = 0.333
        Assert.Equal(0.333m, await data.RelationAsync("SIMILAR_TO", "strength", A, B));

        await data.LearnAsync(Say(A, 0m) with { Context = context with { Keywords = ["law"] } });
        // n = 2, s = 0.9: (0.9 + 1) ÷ (2 + 2) = 0.475
        Assert.Equal(0.475m, await data.Database.ScalarAsync<decimal>("SELECT strength FROM discovery.context_suggestions"));
        Assert.Equal(["law", "pdf", "summary"], (await data.Database.ScalarAsync<string[]>("SELECT keywords FROM discovery.context_suggestions"))!);

        // What people have set stands.
        await data.Database.ExecuteAsync("UPDATE discovery.graph_relations SET source = 'manual', strength = 0.8");
        await data.LearnAsync(Say(A, 1m) with { Replaced = B, ReplacementWorked = true });
        Assert.Equal(0.8m, await data.RelationAsync("SIMILAR_TO", "strength", A, B));
    }

    [ServersFact]
    public async Task Epoch_OfEachThingLearned_GrowsByOneAndMarksWhatChanged()
    {
        await using var data = await LearningData.CreateAsync();
        await data.LearnAsync(Run(A, 0));
        await data.LearnAsync(Run(B, 1));
        var repeated = Run(B, 2, agent: null, session: null);
        await data.LearnAsync(repeated);
        await data.LearnAsync(repeated);

        Assert.Equal(3L, await data.Database.ScalarAsync<long>("SELECT epoch FROM discovery.graph_state"));
        // Without an agent nothing of an agent is learned, but the tool's quality is.
        Assert.Equal("2 2 1", await data.Database.ScalarAsync<string>($"SELECT concat_ws(' ', n, s, agents) FROM discovery.tool_quality WHERE tool_id = '{B}'"));
        Assert.Equal(
            $"agent x 2, tool {A} 2, tool {B} 2",
            await data.Database.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', kind, id, epoch), ', ' ORDER BY kind, id) FROM discovery.graph_dirty"));
    }

    private static async Task<(int N, decimal S, long T, decimal Ewma, DateTimeOffset LastUsed)> UsageAsync(LearningData data)
    {
        await using var command = data.Source.CreateCommand(
            "SELECT frequency, success_sum, total_execution_time, ewma, last_used FROM discovery.agent_tool_usage");
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return (row.GetInt32(0), row.GetDecimal(1), row.GetInt64(2), row.GetDecimal(3), row.GetFieldValue<DateTimeOffset>(4));
    }
}
