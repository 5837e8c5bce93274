using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Executions;
using Capns.Registry.Worker.Executions.Saga;
using Capns.Registry.Worker.Executions.Timing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

public sealed class DecisionTests
{
    private const int MaxBytes = 10_485_760;

    [Fact]
    public void Started_CurrentDispatch_Begins() =>
        Assert.Equal(Choice.Begin, StartDecisions.Decide(Plans.Queued(), Plans.Started(Plans.Queued())).Choice);

    [Fact]
    public void Started_OlderDispatchOfOneTimeTool_Fails()
    {
        var execution = Plans.Queued(Plans.Plan() with { Idempotent = false });
        var report = Plans.Started(execution);
        execution.Dispatch = 2;

        var decision = StartDecisions.Decide(execution, report);

        Assert.Equal(Choice.Fail, decision.Choice);
        Assert.Equal("WORKER_LOST", decision.Error!.Code);
        Assert.True(decision.StopRunner);
    }

    [Fact]
    public void Started_OlderDispatchOfIdempotentTool_IsStale()
    {
        var execution = Plans.Queued();
        var report = Plans.Started(execution);
        execution.Dispatch = 2;

        Assert.Equal(Choice.Nothing, StartDecisions.Decide(execution, report).Choice);
    }

    [Theory]
    [InlineData(false, "RATE_LIMITED", nameof(Choice.Wait))]
    [InlineData(true, "RATE_LIMITED", nameof(Choice.Reject))]
    [InlineData(false, "SERVICE_UNAVAILABLE", nameof(Choice.Reject))]
    public void Limited_ToolDecides_UnlessTheLimiterIsAway(bool reject, string code, string expected)
    {
        var execution = Plans.Queued(Plans.Plan() with { RejectWhenLimited = reject });
        var report = new RunLimited
        {
            ExecutionId = execution.CorrelationId,
            Attempt = 1,
            Dispatch = 1,
            RunnerId = "r",
            Code = code,
            RetryAfterMs = 1500,
            Limit = 20,
        };

        Assert.Equal(expected, StartDecisions.Decide(execution, report).Choice.ToString());
    }

    [Fact]
    public void Lost_BeforeItsStartIsKnown_IsLookedAtAgain()
    {
        var execution = Plans.Queued();

        var decision = LostDecisions.Decide(execution, Plans.Lost(execution));

        Assert.Equal(Choice.Recheck, decision.Choice);
        Assert.Equal(TimeSpan.FromSeconds(1), decision.Delay);
    }

    [Theory]
    [InlineData(true, nameof(Choice.Requeue))]
    [InlineData(false, nameof(Choice.Fail))]
    public void Lost_WhileRunning_OnlyIdempotentToolsRunAgain(bool idempotent, string expected)
    {
        var execution = Plans.Running(Plans.Plan() with { Idempotent = idempotent });

        Assert.Equal(expected, LostDecisions.Decide(execution, Plans.Lost(execution)).Choice.ToString());
    }

    [Fact]
    public void Lost_CancelWasAsked_IsCancelled()
    {
        var execution = Plans.Running();
        execution.CancelRequestedAt = Plans.Now;

        Assert.Equal(Choice.Cancel, LostDecisions.Decide(execution, Plans.Lost(execution)).Choice);
    }

    [Fact]
    public void Ended_BeforeTheStartWasHandled_Completes()
    {
        var execution = Plans.Queued();

        Assert.Equal(Choice.Complete, EndDecisions.Decide(execution, Plans.Ended(execution), MaxBytes, 0.5).Choice);
    }

    [Fact]
    public void Ended_StaleDispatch_IsNothing()
    {
        var execution = Plans.Running();

        Assert.Equal(Choice.Nothing, EndDecisions.Decide(execution, Plans.Ended(execution) with { Dispatch = 7 }, MaxBytes, 0.5).Choice);
    }

    [Fact]
    public void Ended_ResultTooLarge_FailsWithTheBound()
    {
        var execution = Plans.Running();

        var decision = EndDecisions.Decide(execution, Plans.Ended(execution), 5, 0.5);

        Assert.Equal(Choice.Fail, decision.Choice);
        Assert.Equal("OUTPUT_TOO_LARGE", decision.Error!.Code);
        Assert.Contains("at most 5", decision.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, nameof(Choice.Fail))]
    [InlineData(false, nameof(Choice.Complete))]
    public void Ended_ResultDoesNotFit_StrictDecides(bool strict, string expected)
    {
        var plan = Plans.Plan() with
        {
            StrictResult = strict,
            ResultSchema = JsonSerializer.SerializeToElement(new { type = "object", required = new[] { "sum" } }),
        };
        var execution = Plans.Running(plan);

        var decision = EndDecisions.Decide(execution, Plans.Ended(execution), MaxBytes, 0.5);

        Assert.Equal(expected, decision.Choice.ToString());
        Assert.Equal(strict ? "INVALID_RESULT" : null, decision.Error?.Code);
        Assert.False(decision.Result?.FitsSchema ?? false);
    }

    [Fact]
    public void Ended_RecoverableError_IsRepeatedAfterItsDelay()
    {
        var execution = Plans.Running();
        var report = Plans.Ended(execution, RunOutcome.Failed) with { Error = Plans.Error(ErrorCodes.ExecutionTimeout) };

        var decision = EndDecisions.Decide(execution, report, MaxBytes, 0.5);

        Assert.Equal(Choice.Repeat, decision.Choice);
        Assert.Equal(1000, decision.Delay.TotalMilliseconds);
    }

    [Fact]
    public void Ended_NothingStarted_StaysQueued()
    {
        var execution = Plans.Queued();
        var report = Plans.Ended(execution, RunOutcome.Failed) with { Error = Plans.Error(ErrorCodes.SandboxUnavailable), StartedAt = null };

        Assert.Equal(Choice.StartLater, EndDecisions.Decide(execution, report, MaxBytes, 0.5).Choice);
    }

    [Fact]
    public void Due_EveryWaitHasAnEnd()
    {
        var queued = Plans.Queued();
        var running = Plans.Running();
        var silent = Plans.Running(Plans.Plan() with { Idempotent = false });
        running.LeaseUntil = Plans.Now.AddHours(1);
        running.DueAt = running.RunDeadline;

        Assert.Equal(Choice.Expire, DueDecisions.Decide(queued, queued.DueAt!.Value, mayJudgeLeases: true).Choice);
        Assert.Equal(Choice.Fail, DueDecisions.Decide(running, running.DueAt!.Value, mayJudgeLeases: true).Choice);
        Assert.Equal("EXECUTION_TIMEOUT", DueDecisions.Decide(running, running.DueAt!.Value, mayJudgeLeases: true).Error!.Code);
        Assert.Equal("WORKER_LOST", DueDecisions.Decide(silent, silent.DueAt!.Value, mayJudgeLeases: true).Error!.Code);
        Assert.Equal(Choice.Nothing, DueDecisions.Decide(queued, queued.DueAt!.Value.AddMilliseconds(-1), mayJudgeLeases: true).Choice);
    }

    [Fact]
    public void Due_CancelledRunThatSaysNothing_IsCancelledAfterItsGrace()
    {
        var execution = Plans.Running();
        execution.CancelRequestedAt = Plans.Now;
        execution.DueAt = Plans.Now + ExecutionOptions.CancelGrace;

        Assert.Equal(Choice.Cancel, DueDecisions.Decide(execution, execution.DueAt.Value, mayJudgeLeases: true).Choice);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Due_LeaseOverAfterAnOutage_IsLookedAtAgain(bool idempotent)
    {
        var execution = Plans.Running(Plans.Plan() with { Idempotent = idempotent });

        var decision = DueDecisions.Decide(execution, execution.LeaseUntil!.Value, mayJudgeLeases: false);

        Assert.Equal((Choice.LookAgain, ExecutionOptions.LeaseRecheck), (decision.Choice, decision.Delay));
    }

    [Fact]
    public void Due_LeasesNotJudged_OtherDeadlinesAndSaidLossesCount()
    {
        var late = Plans.Running();
        var cancelled = Plans.Running();
        cancelled.CancelRequestedAt = Plans.Now;
        var lost = Plans.Running(Plans.Plan() with { Idempotent = false });
        lost.LostAt = Plans.Now;

        Assert.Equal("EXECUTION_TIMEOUT", DueDecisions.Decide(late, late.RunDeadline!.Value, mayJudgeLeases: false).Error!.Code);
        Assert.Equal(Choice.Cancel, DueDecisions.Decide(cancelled, Plans.Now + ExecutionOptions.CancelGrace, mayJudgeLeases: false).Choice);
        Assert.Equal("WORKER_LOST", DueDecisions.Decide(lost, lost.LeaseUntil!.Value, mayJudgeLeases: false).Error!.Code);
    }

    [Fact]
    public void RunningAgain_NeverLaterThanAnotherDeadline()
    {
        var execution = Plans.Running();

        Assert.Equal(Plans.Now.AddSeconds(40), ExecutionDeadlines.RunningAgain(execution, Plans.Now.AddSeconds(40)));
        Assert.Equal(execution.RunDeadline, ExecutionDeadlines.RunningAgain(execution, Plans.Now.AddSeconds(66)));
    }
}
