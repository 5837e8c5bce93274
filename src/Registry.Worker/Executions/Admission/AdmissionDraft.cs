using System.Text.Json;
using Capns.Access;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Contracts.Running;
using Capns.Core.Urns;
using Capns.Hosting.Secrets;
using Capns.Messaging.Inbound;
using Capns.Registry.Worker.Approvals.Asking;
using Capns.Registry.Worker.Capabilities;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Executions.Admission;

/// <summary>What is known of one request while it passes the gates. Not thread-safe.</summary>
internal sealed class AdmissionDraft
{
    /// <summary>Longest source that counts, in characters.</summary>
    private const int MaxSource = 255;

    private readonly List<GateResult> _gates = [];
    private readonly InboundEvent _inbound;

    public AdmissionDraft(InboundEvent inbound, ToolExecutionRequest request)
    {
        _inbound = inbound;
        Request = request;
        ToolRef = request.ToolId ?? request.Cap ?? "";
        Cap = request.Cap is { } text && CapUrn.TryParseRequest(text, out var cap, out _) ? cap : null;
    }

    public ToolExecutionRequest Request { get; }

    /// <summary>Text by which the tool was asked for; empty when it could not be read.</summary>
    public string ToolRef { get; }

    /// <summary>Who published it; as much of it as a database column and a key can hold.</summary>
    public string Source => Preview.Cut(_inbound.Source.Replace("\0", "", StringComparison.Ordinal), MaxSource);

    /// <summary>The wish for a capability, when the request has one that can be read; it may leave out its directions (CapNs spec 4.1, D10).</summary>
    public CapUrn? Cap { get; }

    /// <summary>The provider that was chosen for <see cref="Cap"/>.</summary>
    public ProvidedCapability? Provided { get; set; }

    /// <summary>Who asks, once that is known.</summary>
    public Caller Caller { get; set; } = Callers.Nobody;

    /// <summary>What roles, grants and policies say, once they are asked; with the approval that a policy wants.</summary>
    public AccessDecision? Decision { get; set; }

    public Guid? ToolId { get; set; }

    public string? ToolName { get; set; }

    public string? ToolVersion { get; set; }

    public SecurityLevel? Level { get; set; }

    public JsonElement? StoredParameters { get; set; }

    /// <summary>Knows the secret parameters, once they are found.</summary>
    public Redactor Redactor { get; set; } = Redactor.Patterns;

    /// <summary>Why people must approve, when they must.</summary>
    public ApprovalNeed? Approval { get; set; }

    /// <summary>Notes that a gate let the request through.</summary>
    public void Pass(string gate) => _gates.Add(new GateResult(gate, Passed: true));

    /// <summary>A gate's refusal; ends the admission.</summary>
    public AdmissionOutcome Refuse(string gate, ErrorCode code, string message, params IReadOnlyList<FieldError> errors) =>
        Refuse(gate, code, message, errors.Count == 0 ? null : JsonSerializer.SerializeToElement(new { errors }, WireJson.Options));

    /// <inheritdoc cref="Refuse(string, ErrorCode, string, IReadOnlyList{FieldError})"/>
    public AdmissionOutcome Refuse(string gate, ErrorCode code, string message, JsonElement? details)
    {
        // What was wrong with a parameter may be told with its value.
        message = Redactor.RedactValues(message);
        details = details is { } facts ? Redactor.RedactValues(facts) : null;
        _gates.Add(new GateResult(gate, Passed: false, code.Code, message));
        var detail = new ErrorDetail
        {
            Type = code.Type,
            Code = code.Code,
            Message = message,
            Recoverable = code.Recoverable,
            Details = details,
        };
        return Outcome(null, detail) with
        {
            RefusedState = code == ErrorCodes.QueueTimeout ? ExecutionState.Expired : ExecutionState.Rejected,
        };
    }

    /// <summary>Every gate was passed.</summary>
    public AdmissionOutcome Admit(RunPlan plan) => Outcome(plan, null);

    private AdmissionOutcome Outcome(RunPlan? plan, ErrorDetail? refusal) => new()
    {
        Request = Request,
        Identity = Identity(),
        ToolRef = ToolRef,
        ToolId = ToolId,
        StoredParameters = StoredParameters,
        Plan = plan,
        Refusal = refusal,
        Gates = _gates,
        Provided = Provided,
        Caller = Caller,
        Decision = Decision,
        Approval = plan is null ? null : Approval,
        Redactor = Redactor,
    };

    private ExecutionIdentity Identity() => new()
    {
        ToolId = ToolId?.ToString() ?? ToolRef,
        ToolName = ToolName,
        ToolVersion = ToolVersion,
        SecurityLevel = Level,
        Cap = Cap?.ToString() ?? Request.Cap,
        MatchedCap = Provided?.Cap.Urn.ToString(),
        Provider = Provided?.Tool.Slug,
        RequestId = Request.RequestId,
        AgentId = Request.AgentId,
        UserId = Request.UserId,
        RequestedBy = Request.RequestedBy,
        DiscussionId = Request.DiscussionId,
        ConversationId = Request.ConversationId,
        OperationId = Request.OperationId,
        SessionId = Request.SessionId,
        ProjectId = Request.ProjectId,
        WorkflowRunId = Request.WorkflowRunId,
        CorrelationId = _inbound.CorrelationId,
        TraceParent = _inbound.TraceParent,
        TraceState = _inbound.TraceState,
    };
}
