using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Testing;
using Microsoft.Extensions.DependencyInjection;
using Capns.Registry.Worker.Executions.Timing;
using Xunit;

namespace Capns.Registry.Worker.Tests.Executions;

/// <summary>Whole ways through the saga, on PostgreSQL and RabbitMQ, with the runner's part played by the test.</summary>
public sealed class SagaFlowTests : IAsyncLifetime
{
    private World _world = null!;

    public async Task InitializeAsync() => _world = await World.CreateAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [ServersFact]
    public async Task Request_RunnerCompletes_TellsStartedAndCompletedAndReplies()
    {
        var heard = await _world.Broker.ListenAsync("events", "tool.execution.#");
        var replies = await _world.Broker.ListenAsync("amq.fanout");

        var id = await _world.RequestAsync(new { requestId = "r-1" }, replyTo: replies);
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Started(command));
        await _world.UntilAsync(id, "running");
        await _world.ReportAsync(Runner.Completed(command));

        var started = await _world.TakeAsync<ToolExecutionStarted>(heard);
        var completed = await _world.TakeAsync<ToolExecutionResult>(heard);
        var reply = await _world.TakeAsync<ToolExecutionResult>(replies);
        Assert.Equal((id, 1, 1, 1), (command.ExecutionId, command.Attempt, command.Dispatch, command.FirstSequence));
        Assert.Equal((1, "native", 5000), (started.Sequence, started.Isolation, started.Limits.ResourceLimits.MaxDuration));
        Assert.Equal((2, 1, ExecutionState.Completed), (completed.Sequence, completed.Attempt, completed.State));
        Assert.Equal(8, completed.Result!.Value.GetProperty("value").GetInt32());
        Assert.Equal(0.00006m, completed.Cost);
        Assert.Equal(id, reply.ExecutionId);
        Assert.Equal(["1 tool.execution.started", "2 tool.execution.completed"], await _world.EventsAsync(id));
    }

    [ServersFact]
    public async Task Sample_WhileOneWaitsAndAfterItsEnd_TellsItsPoolAndThenZero()
    {
        var sampler = _world.Host.Services.GetRequiredService<QueueSampler>();
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);

        await sampler.SampleAsync(CancellationToken.None);
        var waiting = Assert.Single(sampler.Queues);
        await _world.ReportAsync(Runner.Completed(command));
        await _world.UntilAsync(id, "completed");
        await sampler.SampleAsync(CancellationToken.None);

        Assert.Equal((command.Pool, "normal", 1), (waiting.Pool, waiting.Priority, waiting.Depth));
        Assert.InRange(waiting.OldestSeconds, 0, 60);
        Assert.Equal(0, Assert.Single(sampler.Queues).Depth);
    }

    [ServersFact]
    public async Task Reports_EndComesBeforeStart_EndsOnceWithBothEvents()
    {
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.ReportAsync(Runner.Completed(command));
        await _world.UntilAsync(id, "completed");
        await _world.ReportAsync(Runner.Started(command));
        await HandledAsync();

        Assert.Equal(["1 tool.execution.started", "2 tool.execution.completed"], await _world.EventsAsync(id));
    }

    [ServersFact]
    public async Task Reports_EveryOneTwice_ChangesNothing()
    {
        var heard = await _world.Broker.ListenAsync("events", "tool.execution.#");
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);

        var started = await _world.ReportAsync(Runner.Started(command));
        await _world.SendAsync(started);
        var ended = await _world.ReportAsync(Runner.Completed(command));
        await _world.SendAsync(ended);
        await _world.ReportAsync(Runner.Completed(command));
        await _world.UntilAsync(id, "completed");
        await HandledAsync();

        Assert.Equal(["1 tool.execution.started", "2 tool.execution.completed"], await _world.EventsAsync(id));
        await Eventually.TrueAsync(async () => await _world.Broker.QueueAsync(heard) is { Messages: 4 }, "two events of the execution, two of the probe, and no more");
    }

    [ServersFact]
    public async Task Request_Repeated_GetsTheStateAndStartsNothing()
    {
        var replies = await _world.Broker.ListenAsync("amq.fanout");
        var id = await _world.RequestAsync(new { requestId = "twice", parameters = new { a = 1 } });
        await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.RequestAsync(new { requestId = "twice", parameters = new { a = 1 } }, id, replies);
        var state = await _world.TakeAsync<ToolExecutionAccepted>(replies);
        await _world.RequestAsync(new { requestId = "twice", parameters = new { a = 2 } }, id, replies);
        var refused = await _world.Broker.TakeAsync(replies);

        Assert.Equal((id, ExecutionState.Queued), (state.ExecutionId, state.State));
        Assert.Equal("IDEMPOTENCY_KEY_REUSED", Error(refused));
        Assert.Equal(1L, await _world.Database.ScalarAsync<long>("SELECT count(*) FROM executions"));
        Assert.Equal(0, (await _world.Broker.QueueAsync(Runner.Queue))!.Messages);
    }

    [ServersFact]
    public async Task Request_SameMessageWithoutKeys_IsRecognisedByItsBody()
    {
        var id = await _world.RequestAsync(new { }, messageId: "m-1");
        await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.RequestAsync(new { }, id, messageId: "m-1");
        await HandledAsync();

        Assert.Equal(1L, await _world.Database.ScalarAsync<long>("SELECT count(*) FROM executions"));
    }

    [ServersFact]
    public async Task Request_ExecutionIdOfAnother_IsRefused()
    {
        var replies = await _world.Broker.ListenAsync("amq.fanout");
        var id = await _world.RequestAsync(new { requestId = "one" });
        await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.RequestAsync(new { requestId = "two" }, id, replies);

        Assert.Equal("INVALID_REQUEST", Error(await _world.Broker.TakeAsync(replies)));
        Assert.Equal(1L, await _world.Database.ScalarAsync<long>("SELECT count(*) FROM idempotency_keys"));
    }

    [ServersFact]
    public async Task Request_DryRun_RepliesAndStoresNothing()
    {
        var replies = await _world.Broker.ListenAsync("amq.fanout");

        await _world.RequestAsync(new { dryRun = true }, replyTo: replies);
        var report = await _world.TakeAsync<ToolExecutionGateReport>(replies);

        Assert.True(report.WouldRun);
        Assert.Equal(0L, await _world.Database.ScalarAsync<long>("SELECT count(*) FROM executions"));
    }

    [ServersFact]
    public async Task Failure_Recoverable_IsRepeatedAndThenFails()
    {
        await using var world = await World.CreateAsync(plan => plan with { Retry = plan.Retry with { MaxAttempts = 2, InitialDelayMs = 1, Jitter = 0 } });
        var id = await world.RequestAsync();

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var command = await world.TakeAsync<RunTool>(Runner.Queue);
            Assert.Equal((attempt, attempt), (command.Attempt, command.Dispatch));
            Assert.Equal(attempt == 1, command.RateLimit is not null);
            await world.ReportAsync(Runner.Started(command));
            await world.ReportAsync(Runner.Failed(command, ErrorCodes.ExecutionTimeout));
        }

        await world.UntilAsync(id, "failed");
        Assert.Equal(
            ["1 tool.execution.started", "2 tool.execution.progress retry", "3 tool.execution.started", "4 tool.execution.failed"],
            await world.EventsAsync(id));
        Assert.Equal(2L, await world.Database.ScalarAsync<long>($"SELECT count(*) FROM execution_attempts WHERE outcome = 'failed' AND execution_id = '{id}'"));
    }

    [ServersFact]
    public async Task Attempt_FailsAndAGateRefusesMeanwhile_IsNotMadeAgain()
    {
        await using var world = await World.CreateAsync(plan => plan with { Retry = plan.Retry with { MaxAttempts = 2, InitialDelayMs = 1, Jitter = 0 } });
        var id = await world.RequestAsync();
        var command = await world.TakeAsync<RunTool>(Runner.Queue);
        await world.ReportAsync(Runner.Started(command));
        await world.UntilAsync(id, "running");

        // Now of a level that needs the approval of people, and nobody was asked.
        await world.Database.ExecuteAsync($$"""UPDATE executions SET plan = jsonb_set(plan::jsonb, '{level}', '"restricted"')::json WHERE id = '{{id}}'""");
        await world.ReportAsync(Runner.Failed(command, ErrorCodes.ExecutionTimeout));
        await world.UntilAsync(id, "rejected");
        Assert.Equal("APPROVAL_REJECTED", await world.Database.ScalarAsync<string>($"SELECT error->>'code' FROM executions WHERE id = '{id}'"));
        Assert.Equal(1, await world.Database.ScalarAsync<int>($"SELECT dispatch FROM executions WHERE id = '{id}'"));
    }

    [ServersFact]
    public async Task Lost_BeforeStartIsKnown_IsHandedOverAgainWithTheSameAttempt()
    {
        var id = await _world.RequestAsync();
        var first = await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.ReportAsync(Runner.Lost(first));
        var second = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Completed(second));
        await _world.UntilAsync(id, "completed");

        Assert.Equal((1, 2), (second.Attempt, second.Dispatch));
        Assert.Equal(["1 tool.execution.started", "2 tool.execution.completed"], await _world.EventsAsync(id));
    }

    [ServersFact]
    public async Task Lost_WhileRunning_IdempotentToolRunsAgainAfterOneJump()
    {
        var id = await _world.RequestAsync();
        var first = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Started(first));
        await _world.UntilAsync(id, "running");

        await _world.ReportAsync(Runner.Lost(first));
        var second = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Completed(first));
        await _world.ReportAsync(Runner.Started(second));
        await _world.ReportAsync(Runner.Completed(second));
        await _world.UntilAsync(id, "completed");

        Assert.Equal((2, 2), (second.Attempt, second.Dispatch));
        Assert.Equal(
            ["1 tool.execution.started", "1002 tool.execution.progress retry", "1003 tool.execution.started", "1004 tool.execution.completed"],
            await _world.EventsAsync(id));
    }

    [ServersFact]
    public async Task LeaseOver_RightAfterAnOutage_WaitsForTheQueuedReports()
    {
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Started(command));
        await _world.UntilAsync(id, "running");

        _world.Host.Services.GetRequiredService<LeaseWatch>().Interrupted();
        await _world.Database.ExecuteAsync($"UPDATE executions SET lease_until = now() - interval '1 s', due_at = now() - interval '1 s' WHERE id = '{id}'");
        await Eventually.TrueAsync(
            async () => await _world.Database.ScalarAsync<long>($"SELECT count(*) FROM executions WHERE due_at > now() AND lease_until < now() AND id = '{id}'") == 1,
            "a later look");
        await _world.ReportAsync(Runner.Completed(command));
        await _world.UntilAsync(id, "completed");

        Assert.Equal(["1 tool.execution.started", "2 tool.execution.completed"], await _world.EventsAsync(id));
    }

    [ServersFact]
    public async Task Lost_StartReportedLate_OneTimeToolFailsAndIsNotRunTwice()
    {
        await using var world = await World.CreateAsync(plan => plan with { Idempotent = false });
        var id = await world.RequestAsync();
        var command = await world.TakeAsync<RunTool>(Runner.Queue);

        await world.ReportAsync(Runner.Lost(command));
        await Eventually.TrueAsync(
            async () => await world.Database.ScalarAsync<long>($"SELECT count(*) FROM executions WHERE lost_at IS NOT NULL AND id = '{id}'") == 1, "the loss");
        await world.ReportAsync(Runner.Started(command));
        await world.UntilAsync(id, "failed");

        Assert.Contains("WORKER_LOST", await world.Database.ScalarAsync<string>($"SELECT error::text FROM executions WHERE id = '{id}'"), StringComparison.Ordinal);
        Assert.Equal(0, (await world.Broker.QueueAsync(Runner.Queue))!.Messages);
    }

    [ServersFact]
    public async Task Cancel_WhileQueued_EndsAtOnce()
    {
        var replies = await _world.Broker.ListenAsync("amq.fanout");
        var id = await _world.RequestAsync(new { requestId = "to-cancel" });
        await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.CancelAsync(new { requestId = "to-cancel", reason = "changed my mind" }, replies);
        var cancelled = await _world.TakeAsync<ToolExecutionCancelled>(replies);

        Assert.Equal((id, ExecutionState.Queued, "changed my mind", "tests"), (cancelled.ExecutionId, cancelled.PreviousStatus, cancelled.Reason, cancelled.CancelledBy));
        Assert.Equal(["1 tool.execution.cancelled"], await _world.EventsAsync(id));
    }

    [ServersFact]
    public async Task Cancel_WhileRunning_SignalsAndEndsWhenTheWorkHasStopped()
    {
        var signals = await _world.Broker.ListenAsync("capns.control");
        var replies = await _world.Broker.ListenAsync("amq.fanout");
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Started(command));
        await _world.UntilAsync(id, "running");

        await _world.CancelAsync(new { executionId = id }, replies);
        var signal = await _world.TakeAsync<ControlSignal>(signals);
        await _world.ReportAsync(Runner.Completed(command) with { Outcome = RunOutcome.Cancelled, Result = null });
        var cancelled = await _world.TakeAsync<ToolExecutionCancelled>(replies);

        Assert.Equal((ControlKind.Cancel, (Guid?)id), (signal.Kind, signal.ExecutionId));
        Assert.Equal(ExecutionState.Running, cancelled.PreviousStatus);
        Assert.Equal(["1 tool.execution.started", "2 tool.execution.cancelled"], await _world.EventsAsync(id));
    }

    [ServersFact]
    public async Task Cancel_RaceWithCompletion_FirstEndWinsAndTheAskerIsTold()
    {
        var replies = await _world.Broker.ListenAsync("amq.fanout");
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Started(command));
        await _world.UntilAsync(id, "running");
        await _world.CancelAsync(new { executionId = id }, replies);
        await Eventually.TrueAsync(
            async () => await _world.Database.ScalarAsync<long>($"SELECT count(*) FROM executions WHERE cancel_requested_at IS NOT NULL AND id = '{id}'") == 1, "the mark");

        await _world.ReportAsync(Runner.Completed(command));

        Assert.Equal("ALREADY_FINISHED", Error(await _world.Broker.TakeAsync(replies)));
        Assert.Equal("completed", await _world.StatusAsync(id));
    }

    [ServersFact]
    public async Task Cancel_UnknownExecution_IsRefused()
    {
        var replies = await _world.Broker.ListenAsync("amq.fanout");

        await _world.CancelAsync(new { executionId = Guid.CreateVersion7() }, replies);

        Assert.Equal("EXECUTION_NOT_FOUND", Error(await _world.Broker.TakeAsync(replies)));
    }

    [ServersFact]
    public async Task Recorded_Twice_IsInTheLogOnceAndMovesTheSequence()
    {
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Started(command));
        await _world.UntilAsync(id, "running");
        var progress = new ToolExecutionProgress
        {
            ExecutionId = id,
            ToolId = command.ToolId.ToString(),
            State = ExecutionState.Running,
            Timestamp = DateTimeOffset.UnixEpoch,
            Resources = new ResourceUsage(),
            Sequence = 2,
            Attempt = 1,
            Kind = ProgressKind.Progress,
            Progress = 40,
        };
        var recorded = new RunEventsRecorded
        {
            ExecutionId = id,
            Attempt = 1,
            Dispatch = 1,
            RunnerId = "runner-1",
            LastSequence = 2,
            Events = [progress],
        };

        await _world.ReportAsync(recorded);
        await _world.ReportAsync(recorded);
        await Eventually.TrueAsync(async () => (await _world.EventsAsync(id)).Count == 2, "the progress");
        await _world.ReportAsync(Runner.Completed(command) with { LastSequence = 2 });
        await _world.UntilAsync(id, "completed");

        Assert.Equal(["1 tool.execution.started", "2 tool.execution.progress progress", "3 tool.execution.completed"], await _world.EventsAsync(id));
    }

    [ServersFact]
    public async Task Result_WithEscapedNull_IsKeptAndTold()
    {
        var heard = await _world.Broker.ListenAsync("tool.execution.completed");
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.ReportAsync(Runner.Completed(command) with { Result = JsonSerializer.SerializeToElement("a\0b") });
        var completed = await _world.TakeAsync<ToolExecutionResult>(heard);

        Assert.Equal(id, completed.ExecutionId);
        Assert.Equal("a\0b", completed.Result!.Value.GetString());
    }

    [ServersFact]
    public async Task Result_LargerThanInline_IsReferredTo()
    {
        var heard = await _world.Broker.ListenAsync("tool.execution.completed");
        var id = await _world.RequestAsync();
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.ReportAsync(Runner.Completed(command) with { Result = JsonSerializer.SerializeToElement(new string('x', 2_000_000)) });
        var completed = await _world.TakeAsync<ToolExecutionResult>(heard);

        Assert.Null(completed.Result);
        Assert.Equal(2_000_002, completed.ResultRef!.Bytes);
        Assert.Equal(2_000_002L, await _world.Database.ScalarAsync<long>($"SELECT bytes FROM execution_results WHERE execution_id = '{id}'"));
    }

    [ServersFact]
    public async Task Limited_ToolWaits_IsHandedOverAgainWhenTheWindowOpens()
    {
        var id = await _world.RequestAsync();
        var first = await _world.TakeAsync<RunTool>(Runner.Queue);

        await _world.ReportAsync(new RunLimited
        {
            ExecutionId = id,
            Attempt = 1,
            Dispatch = 1,
            RunnerId = "runner-1",
            Code = "RATE_LIMITED",
            RetryAfterMs = 50,
            Limit = 20,
        });
        var second = await _world.TakeAsync<RunTool>(Runner.Queue);

        Assert.Equal((1, 2, first.QueueDeadline), (second.Attempt, second.Dispatch, second.QueueDeadline));
        Assert.Equal(2, second.FirstSequence);
        Assert.Equal(["1 tool.execution.progress limited"], await _world.EventsAsync(id));
    }

    private static string? Error(RabbitMQ.Client.BasicGetResult message)
    {
        using var document = JsonDocument.Parse(message.Body);
        return document.RootElement.GetProperty("error").GetProperty("code").GetString();
    }

    /// <summary>Everything sent so far has been handled: both queues are empty and nothing is in flight.</summary>
    private async Task HandledAsync()
    {
        var probe = await _world.RequestAsync(new { toolId = "probe" });
        await _world.UntilAsync(probe, "queued");
        var command = await _world.TakeAsync<RunTool>(Runner.Queue);
        await _world.ReportAsync(Runner.Completed(command));
        await _world.UntilAsync(probe, "completed");
        await _world.Database.ExecuteAsync($"DELETE FROM executions WHERE id = '{probe}'; DELETE FROM idempotency_keys WHERE execution_id = '{probe}'");
    }
}
