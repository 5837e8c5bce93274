using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Executions.Sharing;
using MassTransit;

namespace Capns.Registry.Worker.Executions;

/// <summary>One execution: the state machine's instance and the row of table <c>executions</c> (platform spec 5.7, 9.1).</summary>
/// <remarks>Changed only by <see cref="Saga.ExecutionStateMachine"/>. Members without a comment are what the request or its plan said.</remarks>
internal sealed class Execution : SagaStateMachineInstance
{
    private RunPlan? _plan;

    /// <summary>The execution's id.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>The state machine's state; see <see cref="ExecutionStates"/>.</summary>
    public string Status { get; set; } = string.Empty;

    /// <summary>xmin of the row: a write to an older version fails.</summary>
    public uint Version { get; set; }

    public Guid? ToolId { get; set; }

    /// <summary>Text by which the tool was asked for.</summary>
    public string ToolRef { get; set; } = string.Empty;

    public string? ToolName { get; set; }

    public string? ToolVersion { get; set; }

    public SecurityLevel? SecurityLevel { get; set; }

    public string? Cap { get; set; }

    public string? MatchedCap { get; set; }

    public string? Provider { get; set; }

    /// <summary>JSON, secrets redacted.</summary>
    public string? Parameters { get; set; }

    public string? ParametersHash { get; set; }

    /// <summary>JSON of <see cref="RunPlan"/>; absent when refused.</summary>
    public string? PlanJson { get; set; }

    /// <summary>What was decided at admission. Read once, when first needed.</summary>
    /// <exception cref="InvalidOperationException">A refused execution has none.</exception>
    public RunPlan Plan => _plan ??= JsonSerializer.Deserialize<RunPlan>(
        PlanJson ?? throw new InvalidOperationException($"Execution {CorrelationId} was refused and has no plan."),
        WireJson.Options)!;

    public string? Priority { get; set; }

    public string? Pool { get; set; }

    /// <summary>Which of the tool's operations was asked for. Absent: the tool has none.</summary>
    public string? Operation { get; set; }

    /// <summary>What people are asked for it. Absent: nobody needs to approve.</summary>
    public Guid? ApprovalId { get; set; }

    /// <summary>Not decided by then, it expires. Set while it waits for people.</summary>
    public DateTimeOffset? ApprovalUntil { get; set; }

    /// <summary>Not started by then although it was approved, it expires.</summary>
    public DateTimeOffset? UsableUntil { get; set; }

    /// <summary>The secret parameters, sealed; gone when it has ended (platform spec 5.13).</summary>
    public byte[]? SealedParameters { get; set; }

    /// <summary>Whose runs are counted together for fairness and limits.</summary>
    public string? CallerId { get; set; }

    /// <summary>What asked for it, and proved that: a word of <see cref="Capns.Access.CallerKinds"/>. Absent: stored before that was kept.</summary>
    public string? CallerKind { get; set; }

    /// <summary>True when somebody has proved to have asked for it.</summary>
    public bool HasKnownCaller => Capns.Access.CallerKinds.Read(CallerKind) != Capns.Access.CallerKind.Anonymous;

    /// <summary>The service account that acted for the caller.</summary>
    public string? ActAsBy { get; set; }

    public string? AgentId { get; set; }

    public string? UserId { get; set; }

    public string? RequestedBy { get; set; }

    public string? DiscussionId { get; set; }

    public string? ConversationId { get; set; }

    public string? OperationId { get; set; }

    public string? SessionId { get; set; }

    public string? ProjectId { get; set; }

    public string? WorkflowRunId { get; set; }

    public string? StepId { get; set; }

    public string? RequestId { get; set; }

    public string Source { get; set; } = string.Empty;

    public string? CorrelationText { get; set; }

    public string? TraceParent { get; set; }

    public string? TraceState { get; set; }

    /// <summary>JSON of the reply target.</summary>
    public string? Reply { get; set; }

    /// <summary>True: the reply was given when the request was stored; the end is told by events only.</summary>
    public bool ReplyOnAccepted { get; set; }

    public string? Context { get; set; }

    public string? Reasoning { get; set; }

    public bool ShareResults { get; set; }

    public bool? NotifyParticipants { get; set; }

    public string? Format { get; set; }

    /// <summary>The execution that was tried again.</summary>
    public Guid? RetriedFrom { get; set; }

    /// <summary>Set when a kill switch of mode <c>stop</c> ends it: what its error says. Set by <see cref="KillSwitches.KillSwitchStore"/>.</summary>
    public string? KillReason { get; set; }

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public int MaxAttempts { get; set; } = 1;

    public int? TimeoutMs { get; set; }

    public decimal? EstimatedCost { get; set; }

    /// <summary>The attempt that started last; 0 while none has.</summary>
    public int Attempt { get; set; }

    /// <summary>Counts hand-overs to a runner queue; a report of an older one is stale.</summary>
    public int Dispatch { get; set; }

    /// <summary>Sequence of the last event; the next one is one more.</summary>
    public int LastSequence { get; set; }

    /// <summary>Set while the job lies in a runner queue or runs; absent while it waits in PostgreSQL.</summary>
    public DateTimeOffset? HandedOverAt { get; set; }

    /// <summary>Set while the job could go to a runner queue, but its caller's share is used up.</summary>
    public DateTimeOffset? WaitingSince { get; set; }

    /// <summary>Set when a runner said that the job may have started and been lost, and no start is known.</summary>
    public DateTimeOffset? LostAt { get; set; }

    /// <summary>The runner holds the attempt until then.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>The attempt is over by then, whatever the runner says.</summary>
    public DateTimeOffset? RunDeadline { get; set; }

    /// <summary>Not started by then: expired.</summary>
    public DateTimeOffset? QueueDeadline { get; set; }

    /// <summary>When the sweep looks again; set in every state that is not final, so none lasts for ever.</summary>
    public DateTimeOffset? DueAt { get; set; }

    public DateTimeOffset? CancelRequestedAt { get; set; }

    public string? CancelReason { get; set; }

    public string? CancelledBy { get; set; }

    public bool CancelForce { get; set; }

    /// <summary>JSON array of the reply targets of cancel requests.</summary>
    public string? CancelReplies { get; set; }

    public string? Isolation { get; set; }

    public string? RunnerId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? QueuedAt { get; set; }

    /// <summary>Start of the last attempt.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>JSON of the result, when it is kept in the row.</summary>
    public string? Result { get; set; }

    /// <summary>JSON of where else it lies.</summary>
    public string? ResultRef { get; set; }

    /// <summary>JSON of the error detail.</summary>
    public string? Error { get; set; }

    /// <summary>JSON of what the last attempt used.</summary>
    public string? Resources { get; set; }

    /// <summary>Sum over all attempts, 6 decimal places.</summary>
    public decimal Cost { get; set; }

    /// <summary>Whose share of the runners it takes.</summary>
    /// <exception cref="InvalidOperationException">A refused execution has no share.</exception>
    public ShareKey ShareKey => CallerId is { } caller && Pool is { } pool
        ? new ShareKey(caller, pool)
        : throw new InvalidOperationException($"Execution {CorrelationId} was refused and has no share.");

    /// <summary>What every event repeats.</summary>
    public ExecutionIdentity Identity => new()
    {
        ToolId = ToolId?.ToString() ?? ToolRef,
        ToolName = ToolName,
        ToolVersion = ToolVersion,
        SecurityLevel = SecurityLevel,
        Cap = Cap,
        MatchedCap = MatchedCap,
        Provider = Provider,
        RequestId = RequestId,
        AgentId = AgentId,
        UserId = UserId,
        RequestedBy = RequestedBy,
        DiscussionId = DiscussionId,
        ConversationId = ConversationId,
        OperationId = OperationId,
        SessionId = SessionId,
        ProjectId = ProjectId,
        WorkflowRunId = WorkflowRunId,
        StepId = StepId,
        CorrelationId = CorrelationText,
        TraceParent = TraceParent,
        TraceState = TraceState,
    };
}
