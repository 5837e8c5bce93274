using System.Text.Json;
using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Tests.Executions;
using Capns.Registry.Worker.Tools.Catalogue;
using Capns.Testing;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using Xunit;

namespace Capns.Registry.Worker.Tests.Approvals;

/// <summary>From the request over the decision to the run, by messages, on real servers (platform spec 5.6, 5.7).</summary>
public sealed class ApprovalFlowTests
{
    [ServersFact]
    public async Task Request_RestrictedTool_AsksPeopleAndRunsOnceAfterAnothersApproval()
    {
        await using var world = await ApprovalFlow.StartAsync();
        var heard = await world.Broker.ListenAsync("events", "tool.approval.#");

        var id = await world.AskAsync();
        var asked = await world.TakeAsync<ToolApprovalRequested>(heard);
        Assert.Equal((id, id, 1, 1, "paul"), (asked.ExecutionId, asked.OperationId, asked.Sequence, asked.MinApprovals, asked.RequestedBy));
        Assert.Equal(["operator", "security-admin", "admin"], asked.RequiredRoles);
        Assert.Equal(TimeSpan.FromHours(12), asked.ExpiresAt - asked.CreatedAt);
        Assert.Equal("SELF_APPROVAL", await world.AnswerAsync(id, "rita|admin"));
        Assert.Equal("SELF_APPROVAL", await world.AnswerAsync(id, "PAUL|admin"));
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await world.AnswerAsync(id, "ute|user"));
        Assert.Equal(0, (await world.Broker.QueueAsync(Runner.Queue))!.Messages);

        Assert.Equal("approved", await world.AnswerAsync(id, ApprovalFlow.Operator, more: new { conditions = new[] { "at night" }, feedback = "fine" }));
        var granted = await world.TakeAsync<ToolApprovalGranted>(heard);
        Assert.Equal((ApprovalStatus.Approved, "fine"), (granted.Status, granted.Feedback));
        Assert.Equal(["olga"], granted.ApproverIds);
        Assert.Equal(["at night"], granted.Conditions!);
        Assert.Equal(TimeSpan.FromHours(1), granted.UsableUntil - granted.DecidedAt);
        await world.RunAsync(id);

        Assert.Equal(
            ["1 tool.approval.requested", "2 tool.approval.granted", "3 tool.execution.started", "4 tool.execution.completed"], await world.EventsAsync(id));
        Assert.Equal("approved", await world.AnswerAsync(id, ApprovalFlow.Operator, more: new { conditions = new[] { "at night" }, feedback = "fine" }));
        Assert.Equal("APPROVAL_NOT_PENDING", await world.AnswerAsync(id, ApprovalFlow.Operator, "reject"));
        Assert.Equal("APPROVAL_NOT_PENDING", await world.AnswerAsync(id, ApprovalFlow.Admin));
        Assert.Equal(0, (await world.Broker.QueueAsync(Runner.Queue))!.Messages);
        Assert.NotNull(await world.ApprovalAsync(id, "used_at"));
        Assert.Equal(
            [
                "approval.request Ok agent-001", "approval.decide Denied SELF_APPROVAL rita", "approval.decide Denied SELF_APPROVAL PAUL",
                "approval.decide Denied INSUFFICIENT_PERMISSIONS ute", "approval.decide Ok olga",
                "approval.decide Denied APPROVAL_NOT_PENDING olga", "approval.decide Denied APPROVAL_NOT_PENDING adam",
            ],
            await world.AuditAsync());
    }

    [ServersFact]
    public async Task Request_AskedFor_AcceptedReplyAndRepeatNameTheApproval()
    {
        await using var world = await ApprovalFlow.StartAsync();
        var replies = await world.Broker.ListenAsync("amq.fanout");
        var id = Guid.CreateVersion7();

        await world.RequestAsync(new { requestId = "r1", replyOn = "accepted" }, id, replies);
        var accepted = await world.TakeAsync<ToolExecutionAccepted>(replies);
        await world.RequestAsync(new { requestId = "r1", replyOn = "accepted" }, id, replies);
        var again = await world.TakeAsync<ToolExecutionAccepted>(replies);

        Assert.Equal(ExecutionState.ApprovalRequired, accepted.State);
        Assert.Equal(await world.ApprovalAsync(id, "id"), accepted.ApprovalId.ToString());
        Assert.Equal(accepted.ApprovalId, again.ApprovalId);
        Assert.Equal(accepted.State, again.State);
    }

    [ServersFact]
    public async Task Rejected_ExecutionEndsAndIsToldOnce()
    {
        await using var world = await ApprovalFlow.StartAsync(settings: new WorldSettings { Flags = new ToolFlags { MinApprovals = 3 } });
        var id = await world.AskAsync();
        var failures = await world.Broker.ListenAsync("tool.execution.failed");

        Assert.Equal("pending", await world.AnswerAsync(id, ApprovalFlow.Operator));
        Assert.Equal("pending", await world.AnswerAsync(id, ApprovalFlow.Admin));
        Assert.Equal("rejected", await world.AnswerAsync(id, ApprovalFlow.Admin, "reject", more: new { feedback = "no: Bearer abcdefghijklmnopqrstuvwxyz" }));
        await world.UntilAsync(id, "rejected");

        var failed = await world.TakeAsync<ToolExecutionError>(failures);
        Assert.Equal(("APPROVAL_REJECTED", ExecutionState.Rejected), (failed.ErrorDetail.Code, failed.State));
        Assert.Contains("adam", failed.Error, StringComparison.Ordinal);
        Assert.Equal(["1 tool.approval.requested", "2 tool.approval.denied", "3 tool.execution.failed"], await world.EventsAsync(id));
        Assert.Equal("no: [redacted]", await world.Database.ScalarAsync<string>("SELECT feedback FROM approval_decisions WHERE decision = 'reject'"));
        Assert.Equal("rejected", await world.AnswerAsync(id, ApprovalFlow.Admin, "reject", more: new { feedback = "no: [redacted]" }));
    }

    [ServersFact]
    public async Task Dangerous_NeedsTwoOfTheHigherRoles()
    {
        await using var world = await ApprovalFlow.StartAsync(
            SecurityLevel.Dangerous, plan => plan with { Pool = "default" },
            new WorldSettings { Approvals = new ApprovalOptions { DangerousMinApprovals = 2 }, Flags = new ToolFlags { Approvers = ["lisa"] } });
        var id = await world.AskAsync();

        Assert.Equal("INSUFFICIENT_PERMISSIONS", await world.AnswerAsync(id, ApprovalFlow.Operator));
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await world.AnswerAsync(id, "lisa|user"));
        Assert.Equal("pending", await world.AnswerAsync(id, "sam|security-admin"));
        Assert.Equal("pending", await world.AnswerAsync(id, "sam|security-admin", more: new { feedback = "still" }));
        Assert.Equal("approved", await world.AnswerAsync(id, ApprovalFlow.Admin));
        await world.RunAsync(id);

        Assert.Equal("00:15:00", await world.ApprovalAsync(id, "(usable_until - decided_at)"));
        Assert.Equal("04:00:00", await world.ApprovalAsync(id, "(expires_at - created_at)"));
    }

    [ServersFact]
    public async Task Decision_BeforeTheExecutionOrAboutNothing_IsRefusedClearlyAndLeavesNoTrace()
    {
        await using var world = await ApprovalFlow.StartAsync();
        var early = Guid.CreateVersion7();

        Assert.Equal("EXECUTION_NOT_FOUND", await world.AnswerAsync(early, ApprovalFlow.Operator));
        Assert.Equal("NOT_FOUND", await world.AnswerAsync(early, ApprovalFlow.Operator, more: new { approvalId = Guid.CreateVersion7() }));
        await world.AskAsync(id: early);
        Assert.Equal("approval-required", await world.StatusAsync(early));
        Assert.Equal("NOT_FOUND", await world.AnswerAsync(Guid.CreateVersion7(), ApprovalFlow.Operator, more: new { approvalId = await world.ApprovalAsync(early, "id") }));
        Assert.Equal(0L, await world.Database.ScalarAsync<long>("SELECT count(*) FROM approval_decisions"));
    }

    [ServersFact]
    public async Task Decision_InMassTransitsEnvelopeAndBare_Counts()
    {
        await using var world = await ApprovalFlow.StartAsync(settings: new WorldSettings { Flags = new ToolFlags { MinApprovals = 2 } });
        var id = await world.AskAsync();
        object Decision(string token) => new { executionId = id, decision = "approve", approverId = token.Split('|')[0], auth = new { token } };

        await world.PublishAsync("tool.approval.decided", "", JsonSerializer.SerializeToUtf8Bytes(new
        {
            messageId = Guid.NewGuid(),
            messageType = new[] { "urn:message:Capns.Contracts.Approvals:ToolApprovalDecision" },
            message = Decision(ApprovalFlow.Operator),
        }), new BasicProperties { ContentType = "application/vnd.masstransit+json" });
        await world.PublishAsync("events", "tool.approval.decided", JsonSerializer.SerializeToUtf8Bytes(Decision(ApprovalFlow.Admin)), new BasicProperties());
        await world.RunAsync(id);

        Assert.Equal("{adam,olga}", await world.Database.ScalarAsync<string>("SELECT array_agg(approver_id ORDER BY approver_id)::text FROM approval_decisions"));
    }

    [ServersFact]
    public async Task Decision_WithoutProofOrAgainstTheForm_IsRefused()
    {
        await using var world = await ApprovalFlow.StartAsync();
        var id = await world.AskAsync();

        Assert.Equal("UNAUTHENTICATED", await world.AnswerAsync(id, null, approver: "olga"));
        Assert.Equal("UNAUTHENTICATED", await world.AnswerAsync(id, "bad", approver: "olga"));
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await world.AnswerAsync(id, ApprovalFlow.Operator, approver: "adam"));
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await world.AnswerAsync(id, null, login: true));
        Assert.Equal("INVALID_PARAMETERS", await world.AnswerAsync(id, ApprovalFlow.Operator, "perhaps"));
        Assert.Equal("INVALID_PARAMETERS", await world.AnswerAsync(id, ApprovalFlow.Operator, more: new { feedback = new string('x', 1001) }));
        Assert.Equal("INVALID_PARAMETERS", await world.AnswerAsync(id, ApprovalFlow.Operator, more: new { conditions = "none" }));
        Assert.Equal("HASH_MISMATCH", await world.AnswerAsync(id, ApprovalFlow.Operator, more: new { parametersHash = "sha256:00" }));
        Assert.Equal("pending", await world.ApprovalAsync(id));
        // A service account that may act for people cannot lend them its roles; for itself, with the hash of what is asked, it decides.
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await world.AnswerAsync(id, null, approver: "olga", source: "acting", login: true));
        Assert.Equal("SELF_APPROVAL", await world.AnswerAsync(id, null, approver: "rita", source: "acting", login: true));
        Assert.Equal("approved", await world.AnswerAsync(
            id, null, more: new { parametersHash = await world.ApprovalAsync(id, "parameters_hash") }, source: "acting", login: true));
    }

    [ServersFact]
    public async Task Undecided_IsRemindedEscalatedAndExpires()
    {
        var settings = new WorldSettings
        {
            Access = new AccessDecision { Effect = AccessEffect.NeedsApproval, Reason = "Policy four-eyes.", Approvers = ["lisa"] },
        };
        await using var world = await ApprovalFlow.StartAsync(settings: settings);
        var heard = await world.Broker.ListenAsync("events", "tool.approval.#");
        var id = await world.AskAsync();
        Assert.Equal("Policy four-eyes.", (await world.TakeAsync<ToolApprovalRequested>(heard)).Reason);
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await world.AnswerAsync(id, ApprovalFlow.Admin, "reject"));

        settings.Clock.Advance(TimeSpan.FromHours(6.1));
        Assert.False((await world.TakeAsync<ToolApprovalReminder>(heard)).Escalated);
        settings.Clock.Advance(TimeSpan.FromHours(3));
        Assert.True((await world.TakeAsync<ToolApprovalReminder>(heard)).Escalated);
        Assert.Equal("{admin}", await world.ApprovalAsync(id, "required_roles"));
        settings.Clock.Advance(TimeSpan.FromHours(2.8));
        Assert.Equal("INSUFFICIENT_PERMISSIONS", await world.AnswerAsync(id, ApprovalFlow.Operator));
        settings.Clock.Advance(TimeSpan.FromHours(0.2));
        Assert.Equal("APPROVAL_NOT_PENDING", await world.AnswerAsync(id, ApprovalFlow.Admin));

        await world.UntilAsync(id, "expired");
        Assert.Equal(ApprovalStatus.Expired, (await world.TakeAsync<ToolApprovalExpired>(heard)).Status);
        Assert.Equal(
            ["1 tool.approval.requested", "2 tool.approval.reminder", "3 tool.approval.reminder", "4 tool.approval.expired", "5 tool.execution.failed"],
            await world.EventsAsync(id));
        Assert.Equal("APPROVAL_EXPIRED", await world.Database.ScalarAsync<string>($"SELECT error->>'code' FROM executions WHERE id = '{id}'"));
    }

    [ServersFact]
    public async Task Granted_ButNotStartedInItsWindow_Expires()
    {
        var settings = new WorldSettings();
        await using var world = await World.CreateAsync(
            plan => plan with { Level = SecurityLevel.Restricted }, configure: options => options.MaxQueueMs = 86_400_000, settings: settings);
        var id = await world.AskAsync();
        Assert.Equal("approved", await world.AnswerAsync(id, ApprovalFlow.Operator));
        var command = await world.TakeAsync<RunTool>(Runner.Queue);
        Assert.Equal(await world.ApprovalAsync(id, "date_trunc('milliseconds', usable_until)"), await world.Database.ScalarAsync<string>($"SELECT date_trunc('milliseconds', queue_deadline)::text FROM executions WHERE id = '{id}'"));
        Assert.True(command.QueueDeadline < settings.Clock.GetUtcNow().AddHours(1));

        settings.Clock.Advance(TimeSpan.FromHours(1.1));
        await world.UntilAsync(id, "expired");

        Assert.Equal("APPROVAL_EXPIRED", await world.Database.ScalarAsync<string>($"SELECT error->>'code' FROM executions WHERE id = '{id}'"));
        Assert.Null(await world.ApprovalAsync(id, "used_at"));
    }

    [ServersFact]
    public async Task Cancelled_WhilePeopleAreAsked_CancelsTheApproval()
    {
        await using var world = await ApprovalFlow.StartAsync();
        var id = await world.AskAsync();

        await world.CancelAsync(new { executionId = id });
        await world.UntilAsync(id, "cancelled");

        Assert.Equal("cancelled", await world.ApprovalAsync(id));
        Assert.Equal("APPROVAL_NOT_PENDING", await world.AnswerAsync(id, ApprovalFlow.Operator));
        Assert.Contains("approval.cancel Ok platform", await world.AuditAsync());
    }

    [ServersTheory]
    [InlineData("plan = jsonb_set(plan::jsonb, '{parameters}', '{\"a\":6,\"b\":3}')::json", "parameters")]
    [InlineData("plan = jsonb_set(plan::jsonb, '{toolVersion}', '\"9.9.9\"')::json", "version")]
    [InlineData("plan = jsonb_set(plan::jsonb, '{level}', '\"dangerous\"')::json", "level")]
    [InlineData("caller_id = 'mallory'", "caller")]
    public async Task Granted_WhatWouldRunIsChanged_TheApprovalIsVoid(string change, string word)
    {
        await using var world = await ApprovalFlow.StartAsync();
        var id = await world.AskAsync();
        await world.Database.ExecuteAsync($"UPDATE executions SET {change} WHERE id = '{id}'");

        Assert.Equal("approved", await world.AnswerAsync(id, ApprovalFlow.Operator));
        await world.UntilAsync(id, "rejected");

        Assert.Contains(word, await world.Database.ScalarAsync<string>($"SELECT error->>'message' FROM executions WHERE id = '{id}'"), StringComparison.Ordinal);
        Assert.Equal(0, (await world.Broker.QueueAsync(Runner.Queue))!.Messages);
    }

    [ServersFact]
    public async Task Approval_InTheTable_CannotBeReopenedOrBoundToSomethingElse()
    {
        await using var world = await ApprovalFlow.StartAsync();
        var id = await world.AskAsync();
        await world.AnswerAsync(id, ApprovalFlow.Operator, "reject");

        foreach (var change in new[] { "status = 'approved'", "status = 'pending'", "parameters_hash = 'sha256:1'", "caller_id = 'x'", "min_approvals = 0", "expires_at = now()" })
        {
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => world.Database.ExecuteAsync($"UPDATE approvals SET {change} WHERE execution_id = '{id}'"));
            Assert.Contains("approval", refused.MessageText, StringComparison.Ordinal);
        }
    }

    [ServersFact]
    public async Task TwoApprovers_AtTheSameMomentOnTwoRegistries_GrantOnce()
    {
        const int Count = 15;
        await using var world = await ApprovalFlow.StartAsync(settings: new WorldSettings { Flags = new ToolFlags { MinApprovals = 2 } });
        using var second = await StartSecondAsync(world);
        var ids = new List<Guid>();
        for (var index = 0; index < Count; index++)
        {
            ids.Add(await world.RequestAsync());
        }

        foreach (var id in ids)
        {
            await world.UntilAsync(id, "approval-required");
        }

        await using var runner = await FakeRunner.StartAsync(world);
        await Task.WhenAll(ids.SelectMany(id => new[] { world.DecideAsync(id, ApprovalFlow.Operator), world.DecideAsync(id, ApprovalFlow.Admin), world.DecideAsync(id, ApprovalFlow.Admin) }));
        foreach (var id in ids)
        {
            await world.UntilAsync(id, "completed");
            Assert.Equal(
                ["1 tool.approval.requested", "2 tool.approval.granted", "3 tool.execution.started", "4 tool.execution.completed"], await world.EventsAsync(id));
        }

        Assert.Equal(2L * Count, await world.Database.ScalarAsync<long>("SELECT count(*) FROM approval_decisions"));
        Assert.Equal(0L, await world.Database.ScalarAsync<long>("SELECT count(*) FROM executions WHERE dispatch <> 1"));
        await second.StopAsync();
    }

    [ServersFact]
    public async Task DecisionAndExpiry_AtTheSameMoment_EndOnce()
    {
        const int Count = 12;
        await using var world = await ApprovalFlow.StartAsync();
        using var second = await StartSecondAsync(world);
        var ids = new List<Guid>();
        for (var index = 0; index < Count; index++)
        {
            ids.Add(await world.AskAsync());
        }

        var deciding = ids.Select(id => world.DecideAsync(id, ApprovalFlow.Operator)).ToList();
        await Task.WhenAll(deciding.Take(Count / 2));
        world.Settings.Clock.Advance(TimeSpan.FromHours(12));
        await Task.WhenAll(deciding);

        // What was granted in time waits for its start no longer than its window, and that is over too.
        await Eventually.TrueAsync(
            async () => await world.Database.ScalarAsync<long>("SELECT count(*) FROM executions WHERE status = 'expired'") == Count, "all to end", TimeSpan.FromSeconds(30));
        Assert.Equal(Count, await world.Database.ScalarAsync<long>("SELECT count(*) FROM execution_events WHERE type IN ('tool.approval.granted', 'tool.approval.expired')"));
        Assert.Equal(Count, await world.Database.ScalarAsync<long>("SELECT count(*) FROM execution_events WHERE type = 'tool.execution.failed'"));
        Assert.Equal(0L, await world.Database.ScalarAsync<long>(
            "SELECT count(*) FROM approvals a WHERE (a.status = 'approved') <> EXISTS (SELECT 1 FROM execution_events v WHERE v.execution_id = a.execution_id AND v.type = 'tool.approval.granted')"));
        await second.StopAsync();
    }

    private static async Task<IHost> StartSecondAsync(World world)
    {
        var second = await world.StartSecondAsync();
        await Eventually.TrueAsync(
            async () => await world.Broker.QueueAsync("capns.registry.approval-decisions") is { Consumers: 2 }, "two consumers", TimeSpan.FromSeconds(30));
        return second;
    }

    [ServersFact]
    public async Task ApproveAndReject_AtTheSameMoment_EndOnce()
    {
        const int Count = 15;
        await using var world = await ApprovalFlow.StartAsync();
        using var second = await StartSecondAsync(world);
        await using var runner = await FakeRunner.StartAsync(world);
        var ids = new List<Guid>();
        for (var index = 0; index < Count; index++)
        {
            ids.Add(await world.AskAsync());
        }

        await Task.WhenAll(ids.SelectMany(id => new[] { world.DecideAsync(id, ApprovalFlow.Operator), world.DecideAsync(id, ApprovalFlow.Admin, "reject") }));
        await Eventually.TrueAsync(
            async () => await world.Database.ScalarAsync<long>("SELECT count(*) FROM executions WHERE status IN ('completed', 'rejected')") == Count, "all to end", TimeSpan.FromSeconds(30));

        Assert.Equal(0L, await world.Database.ScalarAsync<long>(
            "SELECT count(*) FROM executions e JOIN approvals a ON a.execution_id = e.id WHERE (e.status = 'completed') <> (a.status = 'approved') OR (e.status = 'rejected') <> (a.status = 'rejected')"));
        Assert.Equal(Count, await world.Database.ScalarAsync<long>("SELECT count(*) FROM execution_events WHERE type IN ('tool.approval.granted', 'tool.approval.denied')"));
        await second.StopAsync();
    }
}
