namespace Capns.Messaging.Topology;

/// <summary>Names of all events; an event's exchange has the same name (platform spec 3.4).</summary>
public static class EventNames
{
    /// <summary>In: run a tool.</summary>
    public const string ExecutionRequested = "tool.execution.requested";

    /// <summary>In: end an execution.</summary>
    public const string ExecutionCancelRequested = "tool.execution.cancel.requested";

    /// <summary>In: find tools.</summary>
    public const string DiscoveryRequested = "tool.discovery.requested";

    /// <summary>In: how useful a tool was.</summary>
    public const string LearningRecorded = "tool.learning.recorded";

    /// <summary>In: people decided.</summary>
    public const string ApprovalDecided = "tool.approval.decided";

    /// <summary>In: run a workflow.</summary>
    public const string WorkflowRequested = "tool.workflow.requested";

    /// <summary>Out: an attempt has started.</summary>
    public const string ExecutionStarted = "tool.execution.started";

    /// <summary>Out: something happened meanwhile.</summary>
    public const string ExecutionProgress = "tool.execution.progress";

    /// <summary>Out: it has a result.</summary>
    public const string ExecutionCompleted = "tool.execution.completed";

    /// <summary>Out: it failed, was refused or waited too long.</summary>
    public const string ExecutionFailed = "tool.execution.failed";

    /// <summary>Out: it was ended by request.</summary>
    public const string ExecutionCancelled = "tool.execution.cancelled";

    /// <summary>Reply only: the request is stored.</summary>
    public const string ExecutionAccepted = "tool.execution.accepted";

    /// <summary>Reply only: the request was refused.</summary>
    public const string RequestRefused = "tool.request.refused";

    /// <summary>Out: the tools that fit best.</summary>
    public const string RecommendationUpdated = "tool.recommendation.updated";

    /// <summary>Out: a tool is new.</summary>
    public const string ToolRegistered = "tool.registered";

    /// <summary>Out: a tool has a new version.</summary>
    public const string ToolVersionPublished = "tool.version.published";

    /// <summary>Out: a tool has changed.</summary>
    public const string ToolUpdated = "tool.updated";

    /// <summary>Out: a tool is gone.</summary>
    public const string ToolUnregistered = "tool.unregistered";

    /// <summary>Out: a tool should no longer be used.</summary>
    public const string ToolDeprecated = "tool.deprecated";

    /// <summary>Out: a tool may be used again.</summary>
    public const string ToolEnabled = "tool.enabled";

    /// <summary>Out: a tool may not be used.</summary>
    public const string ToolDisabled = "tool.disabled";

    /// <summary>Out: people must decide.</summary>
    public const string ApprovalRequested = "tool.approval.requested";

    /// <summary>Out: enough approved.</summary>
    public const string ApprovalGranted = "tool.approval.granted";

    /// <summary>Out: somebody rejected.</summary>
    public const string ApprovalDenied = "tool.approval.denied";

    /// <summary>Out: nobody decided in time.</summary>
    public const string ApprovalExpired = "tool.approval.expired";

    /// <summary>Out: an approval still waits.</summary>
    public const string ApprovalReminder = "tool.approval.reminder";

    /// <summary>Reply only: a decision is stored.</summary>
    public const string ApprovalRecorded = "tool.approval.recorded";

    /// <summary>The security gateway's: its people decided.</summary>
    public const string GatewayCompleted = "approval.workflow.completed";

    /// <summary>The security gateway's: nobody will decide there.</summary>
    public const string GatewayCancelled = "approval.workflow.cancelled";

    /// <summary>The security gateway's: nobody decided there in time.</summary>
    public const string GatewayExpired = "approval.workflow.expired";

    /// <summary>Out: an alert rule fired.</summary>
    public const string AuditAlert = "tool.audit.alert";

    /// <summary>The exchange of signals to every instance; not an event.</summary>
    public const string Control = "capns.control";

    /// <summary>Events that others send to the platform.</summary>
    public static IReadOnlyList<string> Inbound { get; } =
        [ExecutionRequested, ExecutionCancelRequested, DiscoveryRequested, LearningRecorded, ApprovalDecided, WorkflowRequested];

    /// <summary>The inbound events that expect a reply and are also reached through the exchange of requests (platform spec 3.2).</summary>
    public static IReadOnlyList<string> Requests { get; } =
        [ExecutionRequested, ExecutionCancelRequested, DiscoveryRequested, ApprovalDecided, WorkflowRequested];

    /// <summary>Changes of the catalogue; outbound.</summary>
    public static IReadOnlyList<string> Catalogue { get; } =
        [ToolRegistered, ToolUpdated, ToolUnregistered, ToolVersionPublished, ToolDeprecated, ToolEnabled, ToolDisabled];

    /// <summary>Approvals; outbound.</summary>
    public static IReadOnlyList<string> Approvals { get; } =
        [ApprovalRequested, ApprovalGranted, ApprovalDenied, ApprovalExpired, ApprovalReminder];

    /// <summary>Events of the security gateway: heard on the events exchange, without exchanges of their own (platform spec 3.2).</summary>
    public static IReadOnlyList<string> Gateway { get; } = [GatewayCompleted, GatewayCancelled, GatewayExpired];

    /// <summary>Events that the platform publishes.</summary>
    public static IReadOnlyList<string> Outbound { get; } =
    [
        ExecutionStarted, ExecutionProgress, ExecutionCompleted, ExecutionFailed, ExecutionCancelled, RecommendationUpdated, .. Catalogue,
        .. Approvals, AuditAlert,
    ];

    /// <summary>All events that have an exchange.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>([.. Inbound, .. Outbound], StringComparer.Ordinal);

    /// <summary>Alternative names of inbound events, accepted only with <c>LEGACY_EVENT_ALIASES=true</c> (platform spec 3.12).</summary>
    public static IReadOnlyDictionary<string, string> Aliases { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["tool.execute.request"] = ExecutionRequested,
        ["tool.execute.cancel"] = ExecutionCancelRequested,
        ["tools.discovery.requested"] = DiscoveryRequested,
    };
}
