using System.Text.Json;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Contracts.Running;
using Capns.Hosting.Secrets;
using Capns.Registry.Worker.Approvals.Asking;
using Capns.Registry.Worker.Capabilities;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>What the gates of platform spec 5.4 said of one request: either a plan or a refusal.</summary>
internal sealed record AdmissionOutcome
{
    /// <summary>The request as far as it could be read.</summary>
    public required ToolExecutionRequest Request { get; init; }

    /// <summary>What every event repeats; for an unknown tool only what the caller gave.</summary>
    public required ExecutionIdentity Identity { get; init; }

    /// <summary>Text by which the tool was asked for.</summary>
    public required string ToolRef { get; init; }

    /// <summary>Parameters as they may be stored: an object, secrets redacted. Absent when unreadable.</summary>
    public JsonElement? StoredParameters { get; init; }

    /// <summary>Uuid of the tool when it exists, also when the request is refused.</summary>
    public Guid? ToolId { get; init; }

    /// <summary>Present when requested by <c>cap</c> and a provider was chosen, also when a later gate refused it.</summary>
    public ProvidedCapability? Provided { get; init; }

    /// <summary>Present when every gate was passed.</summary>
    public RunPlan? Plan { get; init; }

    /// <summary>Present when every gate was passed and people must approve before it runs.</summary>
    public ApprovalNeed? Approval { get; init; }

    /// <summary>Knows the secret parameters; with it nothing else of the request repeats them.</summary>
    public Redactor Redactor { get; init; } = Redactor.Patterns;

    /// <summary>Present when a gate refused.</summary>
    public ErrorDetail? Refusal { get; init; }

    /// <summary><see cref="ExecutionState.Rejected"/> or <see cref="ExecutionState.Expired"/>, when refused.</summary>
    public ExecutionState RefusedState { get; init; } = ExecutionState.Rejected;

    /// <summary>Who asked; somebody without a login when that could not be found out.</summary>
    public Caller Caller { get; init; } = Callers.Nobody;

    /// <summary>What roles, grants and policies said, with the approval that a policy wants. Absent: a gate before refused.</summary>
    public AccessDecision? Decision { get; init; }

    /// <summary>Every gate that was looked at, in order: the answer to a dry run.</summary>
    public required IReadOnlyList<GateResult> Gates { get; init; }
}

/// <summary>One gate's word.</summary>
internal sealed record GateResult(string Gate, bool Passed, string? Code = null, string? Message = null);
