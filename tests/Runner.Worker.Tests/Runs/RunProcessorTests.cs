using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Runner.Worker.RateLimits;
using Capns.Runner.Worker.Sandboxing;

namespace Capns.Runner.Worker.Tests.Runs;

public class RunProcessorTests
{
    [Fact]
    public async Task Process_ToolGivesResult_ReportsStartedThenEndedThenAcknowledges()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        var delivery = new FakeDelivery(Example.RunTool(), flow.Reports);

        await flow.Processor.ProcessAsync(delivery);

        Assert.Collection(
            delivery.ConfirmedBefore,
            report => Assert.Equal("native", Assert.IsType<RunStarted>(report).Isolation),
            report =>
            {
                var ended = Assert.IsType<RunEnded>(report);
                Assert.Equal(RunOutcome.Completed, ended.Outcome);
                Assert.Equal(8, ended.Result!.Value.GetProperty("value").GetInt32());
                Assert.Equal(1, ended.LastSequence);
                Assert.Equal(22, ended.Resources.DurationMs);
                Assert.Equal(18.2, ended.Resources.Cpu);
                Assert.Equal(23, ended.Resources.MemoryPeakMb);
                Assert.Equal("native", ended.Isolation);
                Assert.Equal(flow.Options.RunnerId, ended.RunnerId);
            });
        Assert.Equal(1, delivery.Acknowledgements);
        Assert.Equal(1, flow.Limiter.Released);
        Assert.Equal(0, flow.Slots.Used);
        Assert.Equal(0, flow.Runs.Count);
    }

    [Fact]
    public async Task Process_CommandWasDeliveredBefore_ReportsLostAndRunsNothing()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        var delivery = new FakeDelivery(Example.RunTool(), redelivered: true);

        await flow.Processor.ProcessAsync(delivery);

        var lost = Assert.IsType<RunLost>(Assert.Single(flow.Reports.All));
        Assert.Equal(delivery.Order.ExecutionId, lost.ExecutionId);
        Assert.Equal(0, lost.LastSequence);
        Assert.Equal(1, delivery.Acknowledgements);
        Assert.Empty(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_PastQueueDeadline_ReportsExpiredAndTakesNoLimit()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        var delivery = new FakeDelivery(Example.RunTool() with { QueueDeadline = Example.Now, FirstSequence = 4 });

        await flow.Processor.ProcessAsync(delivery);

        var ended = Assert.IsType<RunEnded>(Assert.Single(flow.Reports.All));
        Assert.Equal(RunOutcome.Expired, ended.Outcome);
        Assert.Equal(3, ended.LastSequence);
        Assert.Null(ended.StartedAt);
        Assert.Null(ended.Isolation);
        Assert.Equal(0, flow.Limiter.Taken);
        Assert.Empty(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_DeadlinePassesWhileWaitingForASlot_ReportsExpired()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.RunningUntilStopped(), Example.Options() with { Slots = 1 });
        var first = flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool()));
        var program = await flow.Sandbox.StartedAsync();
        await flow.Reports.NextAsync<RunStarted>();

        var second = new FakeDelivery(Example.RunTool() with { QueueDeadline = Example.Now.AddMilliseconds(500) });
        var waiting = flow.Processor.ProcessAsync(second);
        flow.Time.Advance(TimeSpan.FromMilliseconds(500));
        await waiting;

        Assert.Equal(RunOutcome.Expired, (await flow.Reports.NextAsync<RunEnded>()).Outcome);
        program.End(Example.Exited());
        await first;
    }

    [Fact]
    public async Task Process_ExecutionWasCancelledBeforeItCame_ReportsCancelledAndRunsNothing()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        var delivery = new FakeDelivery(Example.RunTool());
        flow.Runs.Cancel(delivery.Order.ExecutionId, TimeSpan.Zero);

        await flow.Processor.ProcessAsync(delivery);

        Assert.Equal(RunOutcome.Cancelled, Assert.IsType<RunEnded>(Assert.Single(flow.Reports.All)).Outcome);
        Assert.Empty(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_LimitIsReached_ReportsLimitedAndRunsNothing()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        flow.Limiter.Decision = new LimitDecision(new LimitRefusal("RATE_LIMITED", 12_000, 20));
        var delivery = new FakeDelivery(Example.RunTool());

        await flow.Processor.ProcessAsync(delivery);

        var limited = Assert.IsType<RunLimited>(Assert.Single(flow.Reports.All));
        Assert.Equal(("RATE_LIMITED", 12_000, 20), (limited.Code, limited.RetryAfterMs, limited.Limit));
        Assert.Equal(1, delivery.Acknowledgements);
        Assert.Empty(flow.Sandbox.Specs);
        Assert.Equal(0, flow.Slots.Used);
    }

    [Fact]
    public async Task Process_NoDriverCanBeUsed_ReportsSandboxUnavailableAndTakesNoLimit()
    {
        var sandbox = FakeSandbox.Completing();
        sandbox.ProbeAnswer = "No control groups.";
        var flow = await RunFlow.StartAsync(sandbox);

        await flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool()));

        var ended = Assert.IsType<RunEnded>(Assert.Single(flow.Reports.All));
        Assert.Equal("SANDBOX_UNAVAILABLE", ended.Error!.Code);
        Assert.Contains("No control groups.", ended.Error.Message, StringComparison.Ordinal);
        Assert.Equal(0, flow.Limiter.Taken);
        Assert.Empty(sandbox.Specs);
    }

    [Fact]
    public async Task Process_StartedCannotBeConfirmed_StartsNothingAndDoesNotAcknowledge()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        flow.Reports.TakeBrokerAway();
        var delivery = new FakeDelivery(Example.RunTool());
        var processing = flow.Processor.ProcessAsync(delivery);

        delivery.CloseChannel();
        await processing;

        Assert.Empty(flow.Sandbox.Specs);
        Assert.Equal(0, delivery.Acknowledgements);
        Assert.Equal(1, flow.Limiter.Released);
        Assert.Equal(0, flow.Slots.Used);
    }

    [Fact]
    public async Task Process_BrokerIsAwayAtTheEnd_SendsTheEndingWhenItIsBackAndOnlyThenAcknowledges()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.RunningUntilStopped());
        var delivery = new FakeDelivery(Example.RunTool(), flow.Reports);
        var processing = flow.Processor.ProcessAsync(delivery);
        var program = await flow.Sandbox.StartedAsync();
        await flow.Reports.NextAsync<RunStarted>();

        flow.Reports.TakeBrokerAway();
        await program.PrintAsync("""{"$capns":"result","value":1}""");
        program.End(Example.Exited());
        flow.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.False(processing.IsCompleted);
        Assert.Equal(0, delivery.Acknowledgements);

        flow.Reports.BringBrokerBack();
        await processing;
        Assert.Equal(RunOutcome.Completed, delivery.ConfirmedBefore.OfType<RunEnded>().Single().Outcome);
        Assert.Equal(1, delivery.Acknowledgements);
    }

    [Fact]
    public async Task Process_CommandComesAgainWhileItRuns_BelongsToTheRunAndIsAcknowledgedWithIt()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.RunningUntilStopped());
        var first = new FakeDelivery(Example.RunTool());
        var processing = flow.Processor.ProcessAsync(first);
        var program = await flow.Sandbox.StartedAsync();
        first.CloseChannel();

        var again = new FakeDelivery(first.Order, redelivered: true);
        await flow.Processor.ProcessAsync(again);
        Assert.Equal(0, again.Acknowledgements);
        program.End(Example.Exited());
        await processing;

        Assert.Equal(1, again.Acknowledgements);
        Assert.Empty(flow.Reports.All.OfType<RunLost>());
        Assert.Single(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_CommandComesAgainAfterItsEnd_IsOnlyAcknowledged()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        var first = new FakeDelivery(Example.RunTool());
        await flow.Processor.ProcessAsync(first);

        var again = new FakeDelivery(first.Order, redelivered: true);
        await flow.Processor.ProcessAsync(again);

        Assert.Equal(1, again.Acknowledgements);
        Assert.Equal(2, flow.Reports.All.Count);
        Assert.Single(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_AnotherRunnerHasACopyOfTheCommand_AcknowledgesAndSaysNothing()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        flow.Claims.Others = true;
        var delivery = new FakeDelivery(Example.RunTool());

        await flow.Processor.ProcessAsync(delivery);

        Assert.Equal(1, delivery.Acknowledgements);
        Assert.Empty(flow.Reports.All);
        Assert.Equal(0, flow.Limiter.Taken);
        Assert.Empty(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_CommandWasPublishedTwice_RunsOnceAndAcknowledgesBoth()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.RunningUntilStopped(), Example.Options() with { Slots = 1 });
        var first = new FakeDelivery(Example.RunTool());
        var processing = flow.Processor.ProcessAsync(first);
        var program = await flow.Sandbox.StartedAsync();
        var second = new FakeDelivery(first.Order);
        await flow.Processor.ProcessAsync(second);
        program.End(Example.Exited());
        await processing;

        Assert.Single(flow.Sandbox.Specs);
        Assert.Single(flow.Reports.All.OfType<RunEnded>());
        Assert.Equal((1, 1), (first.Acknowledgements, second.Acknowledgements));
    }

    [Fact]
    public async Task Process_CancelledWhileRunning_StopsGracefullyAndReportsCancelled()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(run => run.UntilKilledAsync()));
        var delivery = new FakeDelivery(Example.RunTool());
        var processing = flow.Processor.ProcessAsync(delivery);
        var program = await flow.Sandbox.StartedAsync();

        flow.Runs.Cancel(delivery.Order.ExecutionId, flow.Options.CancelGrace);
        Assert.True(program.StopAsked);
        flow.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(program.KillAsked);
        flow.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(program.KillAsked);
        await processing;

        Assert.Equal(RunOutcome.Cancelled, flow.Reports.All.OfType<RunEnded>().Single().Outcome);
        Assert.Equal(1, delivery.Acknowledgements);
    }

    [Fact]
    public async Task Process_ForcedCancel_KillsAtOnce()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(run => run.UntilKilledAsync()));
        var delivery = new FakeDelivery(Example.RunTool());
        var processing = flow.Processor.ProcessAsync(delivery);
        var program = await flow.Sandbox.StartedAsync();

        flow.Runs.Cancel(delivery.Order.ExecutionId, TimeSpan.Zero);

        Assert.True(program.KillAsked);
        await processing;
        Assert.Equal(RunOutcome.Cancelled, flow.Reports.All.OfType<RunEnded>().Single().Outcome);
    }

    [Fact]
    public async Task Process_ToolFinishedAlthoughItWasCancelled_KeepsItsResult()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(run => run.UntilKilledAsync()));
        var delivery = new FakeDelivery(Example.RunTool());
        var processing = flow.Processor.ProcessAsync(delivery);
        var program = await flow.Sandbox.StartedAsync();

        flow.Runs.Cancel(delivery.Order.ExecutionId, flow.Options.CancelGrace);
        await program.PrintAsync("""{"$capns":"result","value":1}""");
        program.End(Example.Exited());
        await processing;

        Assert.Equal(RunOutcome.Completed, flow.Reports.All.OfType<RunEnded>().Single().Outcome);
    }

    [Fact]
    public async Task Process_WhileRunning_RenewsTheLeaseEveryFiveSeconds()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.RunningUntilStopped());
        var processing = flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool()));
        var program = await flow.Sandbox.StartedAsync();
        await flow.Reports.NextAsync<RunStarted>();

        for (var renewal = 0; renewal < 3; renewal++)
        {
            await Capns.Testing.Eventually.TrueAsync(() => flow.Time.WaitingTimers >= 2, "the lease's timer");
            flow.Time.Advance(TimeSpan.FromSeconds(5));
            await flow.Reports.NextAsync<RunLeaseRenewed>();
        }

        program.End(Example.Exited());
        await processing;
    }

    [Fact]
    public async Task Process_LeaseCannotBeRenewed_StopsTheAttemptAfter25SecondsAndReportsLost()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(run => run.UntilKilledAsync()));
        var processing = flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool()));
        var program = await flow.Sandbox.StartedAsync();
        await flow.Reports.NextAsync<RunStarted>();
        flow.Reports.TakeBrokerAway();

        var startedAt = flow.Time.GetUtcNow();
        await Capns.Testing.Eventually.TrueAsync(
            () =>
            {
                flow.Time.Advance(TimeSpan.FromMilliseconds(100));
                return program.KillAsked;
            },
            "the kill");

        Assert.True(flow.Time.GetUtcNow() - startedAt >= flow.Options.LeaseGivenUpAfter - TimeSpan.FromMilliseconds(100));
        flow.Reports.BringBrokerBack();
        await processing;
        Assert.Single(flow.Reports.All.OfType<RunLost>());
        Assert.Empty(flow.Reports.All.OfType<RunEnded>());
    }

    [Fact]
    public async Task Process_RunIsLong_AcknowledgesOnceTheLeaseStandsInItsPlace()
    {
        var options = Example.Options() with { EarlyAcknowledgeAfter = TimeSpan.FromSeconds(10) };
        var flow = await RunFlow.StartAsync(FakeSandbox.RunningUntilStopped(), options);
        var delivery = new FakeDelivery(Example.RunTool(), flow.Reports);
        var processing = flow.Processor.ProcessAsync(delivery);
        var program = await flow.Sandbox.StartedAsync();
        await flow.Reports.NextAsync<RunStarted>();

        for (var renewal = 1; renewal <= 2; renewal++)
        {
            Assert.Equal(0, delivery.Acknowledgements);
            await Capns.Testing.Eventually.TrueAsync(() => flow.Time.WaitingTimers >= 2, "the lease's timer");
            flow.Time.Advance(TimeSpan.FromSeconds(5));
            await flow.Reports.NextAsync<RunLeaseRenewed>();
        }

        await delivery.WhenAcknowledged;
        Assert.False(processing.IsCompleted);
        program.End(Example.Exited());
        await processing;
        Assert.Equal(1, delivery.Acknowledgements);
        Assert.Single(flow.Reports.All.OfType<RunEnded>());
    }

    [Fact]
    public async Task Process_SandboxBreaks_ReportsSandboxFailed()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(_ => throw new SandboxFailedException("The control group is gone.")));

        await flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool()));

        var ended = flow.Reports.All.OfType<RunEnded>().Single();
        Assert.Equal("SANDBOX_FAILED", ended.Error!.Code);
        Assert.True(ended.Error.Recoverable);
    }

    [Fact]
    public async Task Process_RunnerItselfBreaks_ReportsInternalErrorInsteadOfHangingOn()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(_ => throw new InvalidOperationException("a bug")));
        var delivery = new FakeDelivery(Example.RunTool());

        await flow.Processor.ProcessAsync(delivery);

        Assert.Equal("INTERNAL_ERROR", flow.Reports.All.OfType<RunEnded>().Single().Error!.Code);
        Assert.Equal(1, delivery.Acknowledgements);
    }

    [Fact]
    public async Task Process_ToolTellsProgress_FollowsTheStartedEventsSequence()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(async run =>
        {
            await run.PrintAsync("""{"$capns":"progress","progress":40,"message":"page 4 of 10"}""");
            await run.PrintAsync("a line");
            await run.PrintAsync("""{"$capns":"result","value":1}""");
            return Example.Exited();
        }));

        await flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool() with { FirstSequence = 3 }));

        var first = await flow.Progress.NextAsync();
        var second = await flow.Progress.NextAsync();
        Assert.Equal((4, ProgressKind.Progress, "page 4 of 10"), (first.Sequence, first.Kind, first.Message));
        Assert.Equal((5, ProgressKind.Log, "a line"), (second.Sequence, second.Kind, second.Log!.Line));
        Assert.Equal(5, flow.Reports.All.OfType<RunEnded>().Single().LastSequence);
        Assert.Equal([4, 5], flow.Reports.All.OfType<RunEventsRecorded>().SelectMany(report => report.Events).Select(happened => happened.Sequence));
    }

    [Fact]
    public async Task Process_KillSwitchForTheTool_StopsItsRunsOnly()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(run => run.UntilKilledAsync()));
        var order = Example.RunTool();
        var stopped = flow.Processor.ProcessAsync(new FakeDelivery(order));
        await flow.Sandbox.StartedAsync();
        var other = flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool()));
        var goesOn = await flow.Sandbox.StartedAsync();

        flow.Runs.Kill(order.ToolId);
        await stopped;

        Assert.False(goesOn.StopAsked);
        goesOn.End(Example.Exited());
        await other;
        Assert.Equal(order.ExecutionId, flow.Reports.All.OfType<RunEnded>().Single(ended => ended.Outcome == RunOutcome.Cancelled).ExecutionId);
    }

    [Theory]
    [InlineData("http", null, "INVALID_DEFINITION", "executor.type")]
    [InlineData("builtin", "bench-noop", "INVALID_DEFINITION", "executor.handler")]
    [InlineData("command", null, "INVALID_DEFINITION", "executor.command")]
    [InlineData("container", null, "INVALID_DEFINITION", "executor.image")]
    public async Task Process_ExecutorCannotBeRun_SaysWhich(string type, string? handler, string code, string field)
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        var order = Example.RunTool() with { Executor = new RunExecutor { Type = type, Handler = handler } };

        await flow.Processor.ProcessAsync(new FakeDelivery(order));

        var error = Assert.IsType<RunEnded>(Assert.Single(flow.Reports.All)).Error!;
        Assert.Equal(code, error.Code);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
        Assert.Empty(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_WhatTheSandboxCannotEnforce_IsRefused()
    {
        var flow = await RunFlow.StartAsync(FakeSandbox.Completing());
        var order = Example.RunTool();
        var limits = order.Limits;

        await flow.Processor.ProcessAsync(new FakeDelivery(order with { Limits = limits with { NetworkAccess = true } }));
        await flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool() with { Limits = limits with { PersistentStorage = true } }));
        await flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool() with { Limits = limits with { Isolation = "vm" } }));
        await flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool() with { SecretNames = ["api-key"] }));

        var codes = flow.Reports.All.Cast<RunEnded>().Select(ended => ended.Error!.Code);
        Assert.Equal(["SANDBOX_UNAVAILABLE", "SANDBOX_UNAVAILABLE", "SANDBOX_UNAVAILABLE", "DEPENDENCY_MISSING"], codes);
        Assert.Empty(flow.Sandbox.Specs);
    }

    [Fact]
    public async Task Process_RestrictedToolFails_DoesNotQuoteItsLog()
    {
        var flow = await RunFlow.StartAsync(new FakeSandbox(_ => Task.FromResult(Example.Exited(3))));

        await flow.Processor.ProcessAsync(new FakeDelivery(Example.RunTool().At(SecurityLevel.Restricted)));

        var error = flow.Reports.All.OfType<RunEnded>().Single().Error!;
        Assert.Equal("The tool ended with exit code 3.", error.Message);
        Assert.False(error.Details!.Value.TryGetProperty("stderr", out _));
    }
}
