using Capns.Access;
using Capns.Contracts.Approvals;
using Capns.Contracts.Executions;
using Capns.Messaging.Inbound;
using Capns.Messaging.Replies;
using Capns.Registry.Worker.Approvals;
using Capns.Registry.Worker.Executions.Admission;
using Capns.Registry.Worker.Persistence.Sagas;
using Capns.Registry.Worker.Persistence.Transactions;
using MassTransit;

namespace Capns.Registry.Worker.Executions.Saga;

/// <summary>Every gate was passed. Never leaves the process.</summary>
[ExcludeFromTopology]
internal sealed record ExecutionAdmitted(Guid ExecutionId, AdmissionOutcome Outcome, RunPlan Plan, InboundEvent Request, RegistryTransaction Transaction)
    : IWithinTransaction;

/// <summary>A gate refused; the refusal is stored. Never leaves the process.</summary>
[ExcludeFromTopology]
internal sealed record ExecutionRefused(
    Guid ExecutionId, AdmissionOutcome Outcome, ErrorDetail Error, ExecutionState State, InboundEvent Request, RegistryTransaction Transaction)
    : IWithinTransaction;

/// <summary>Somebody asks for the end of an execution. Never leaves the process.</summary>
[ExcludeFromTopology]
internal sealed record CancelRequested(Guid ExecutionId, string By, string? Reason, bool Force, ReplyTarget? ReplyTo, OutboundCause Cause, RegistryTransaction Transaction)
    : IWithinTransaction;

/// <summary>The execution's due time has come. Never leaves the process.</summary>
[ExcludeFromTopology]
internal sealed record ExecutionDue(Guid ExecutionId) : INotFromBroker;

/// <summary>The execution stood in line and is the next of its caller. Never leaves the process.</summary>
[ExcludeFromTopology]
internal sealed record ExecutionReleased(Guid ExecutionId, Execution Instance, RegistryTransaction Transaction) : IWithInstance<Execution>;

/// <summary>People have decided, or nobody will. Never leaves the process.</summary>
[ExcludeFromTopology]
internal sealed record ApprovalSettled(
    Guid ExecutionId, Execution Instance, Approval Approval, IReadOnlyList<ApprovalDecisionRow> Decisions, ApprovalStatus Status, RegistryTransaction Transaction)
    : IWithInstance<Execution>
{
    /// <summary>Who says so, where no decision does. Absent: time has passed.</summary>
    public Caller? Actor { get; init; }
}

/// <summary>Correlation and trace of the message that asks, for replies to it.</summary>
internal sealed record OutboundCause(string? CorrelationId, string? TraceParent, string? TraceState);
