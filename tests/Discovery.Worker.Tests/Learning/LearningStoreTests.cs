using Capns.Discovery.Worker.Learning;
using Capns.Discovery.Worker.Learning.Rules;
using Capns.Testing;
using Xunit;
using static Capns.Discovery.Worker.Tests.Learning.LearningData;

namespace Capns.Discovery.Worker.Tests.Learning;

/// <summary>Twice, late, before what it depends on, and against others.</summary>
public sealed class LearningStoreTests
{
    [ServersFact]
    public async Task Feedback_BeforeItsExecution_EndsAsBehindIt()
    {
        var run = Run(A, 0);
        var feedback = Say(A, 0.3m, run.ExecutionId) with
        {
            Context = new FeedbackContext("contracts", ["pdf"]),
            Companions = [B],
            Replaced = C,
            ReplacementWorked = true,
        };
        await using var behind = await LearningData.CreateAsync();
        await behind.LearnAsync(run);
        await behind.LearnAsync(feedback);
        await using var before = await LearningData.CreateAsync();
        Assert.Equal(LearningResult.Applied, await before.LearnAsync(feedback));
        Assert.Equal(LearningResult.Applied, await before.LearnAsync(run));

        Assert.Equal(await behind.FactsAsync(), await before.FactsAsync());
        Assert.Equal(0.3m, await before.Database.ScalarAsync<decimal>("SELECT success_sum FROM discovery.agent_tool_usage"));
    }

    [ServersFact]
    public async Task Feedback_TwiceOnOneExecutionBeforeIt_CountsTheLast()
    {
        await using var data = await LearningData.CreateAsync();
        var run = Run(A, 0, completed: false);
        await data.LearnAsync(Say(A, 0.3m, run.ExecutionId));
        await data.LearnAsync(Say(A, 0.7m, run.ExecutionId));
        await data.LearnAsync(run);

        Assert.Equal(0.7m, await data.Database.ScalarAsync<decimal>("SELECT success_sum FROM discovery.agent_tool_usage"));
        Assert.Equal(0m, await data.Database.ScalarAsync<decimal>("SELECT ewma FROM discovery.agent_tool_usage"));
        Assert.Equal(0L, await data.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.learning_corrections"));
    }

    [ServersFact]
    public async Task Feedback_OnAnotherToolsExecution_IsRefusedAndChangesNothing()
    {
        await using var data = await LearningData.CreateAsync();
        var run = Run(A, 0);
        await data.LearnAsync(run);
        var dump = await data.DumpAsync();

        Assert.Equal(LearningResult.OtherTool, await data.LearnAsync(Say(B, 0m, run.ExecutionId)));
        Assert.Equal(dump, await data.DumpAsync());

        // Not known yet when it came, it corrects nothing when the execution ends.
        var later = Run(A, 1);
        await data.LearnAsync(Say(B, 0m, later.ExecutionId));
        await data.LearnAsync(later);
        Assert.Equal(2m, await data.Database.ScalarAsync<decimal>("SELECT success_sum FROM discovery.agent_tool_usage"));
        Assert.Equal(0L, await data.Database.ScalarAsync<long>("SELECT count(*) FROM discovery.learning_corrections"));
    }

    [ServersFact]
    public async Task Feedback_AgainUnderItsId_ChangesNothing()
    {
        await using var data = await LearningData.CreateAsync();
        var feedback = Named("e-1", A, 0.5m, null) with { Context = new FeedbackContext("contracts", ["pdf"]), Companions = [B], Replaced = C };
        await data.LearnAsync(feedback);
        var dump = await data.DumpAsync();

        Assert.Equal(LearningResult.Repeated, await data.LearnAsync(feedback));
        Assert.Equal(LearningResult.Reused, await data.LearnAsync(Named("e-1", A, 0.6m, null)));
        Assert.Equal(dump, await data.DumpAsync());
    }

    [ServersFact]
    public async Task Session_AfterHalfAnHourOfNothing_IsAnotherOne()
    {
        await using var data = await LearningData.CreateAsync();
        await data.LearnAsync(Run(A, 0));
        await data.LearnAsync(Run(B, 30));
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "frequency", A, B));

        await data.LearnAsync(Run(A, 61));
        await data.LearnAsync(Run(B, 62));
        Assert.Equal(2m, await data.RelationAsync("USED_WITH", "frequency", A, B));
        Assert.Equal(2L, await data.Database.ScalarAsync<long>($"SELECT session_count FROM discovery.tool_sessions WHERE tool_id = '{A}'"));
    }

    [ServersFact]
    public async Task Instances_ThatLearnAtOnce_LoseNothing()
    {
        await using var data = await LearningData.CreateAsync();
        var runs = Enumerable.Range(0, 60).Select(at => Run(at % 2 == 0 ? A : B, at % 20, completed: at % 3 != 0)).ToList();

        // Each of them delivered to two instances.
        var results = await Task.WhenAll(runs.Concat(runs).Select(run => Task.Run(() => data.LearnAsync(run))));

        Assert.Equal(60, results.Count(result => result == LearningResult.Applied));
        Assert.Equal(60L, await data.Database.ScalarAsync<long>("SELECT epoch FROM discovery.graph_state"));
        Assert.Equal(60m, await data.Database.ScalarAsync<decimal>("SELECT sum(n) FROM discovery.tool_quality"));
        Assert.Equal(40m, await data.Database.ScalarAsync<decimal>("SELECT sum(success_sum) FROM discovery.agent_tool_usage"));
        Assert.Equal(1m, await data.RelationAsync("USED_WITH", "frequency", A, B));
    }
}
