namespace Capns.Messaging.Topology;

/// <summary>Names of all events; an event's exchange has the same name (platform spec 3.4).</summary>
public static class EventNames
{
    public const string ExecutionRequested = "tool.execution.requested";
    public const string ExecutionCancelRequested = "tool.execution.cancel.requested";
    public const string DiscoveryRequested = "tool.discovery.requested";
    public const string LearningRecorded = "tool.learning.recorded";
    public const string ApprovalDecided = "tool.approval.decided";
    public const string WorkflowRequested = "tool.workflow.requested";

    public const string ExecutionStarted = "tool.execution.started";
    public const string ExecutionProgress = "tool.execution.progress";
    public const string ExecutionCompleted = "tool.execution.completed";
    public const string ExecutionFailed = "tool.execution.failed";
    public const string ExecutionCancelled = "tool.execution.cancelled";
    public const string ExecutionAccepted = "tool.execution.accepted";
    public const string RequestRefused = "tool.request.refused";
    public const string RecommendationUpdated = "tool.recommendation.updated";
    public const string ToolRegistered = "tool.registered";
    public const string ToolVersionPublished = "tool.version.published";
    public const string ToolUpdated = "tool.updated";
    public const string ToolUnregistered = "tool.unregistered";
    public const string ToolDeprecated = "tool.deprecated";
    public const string ToolEnabled = "tool.enabled";
    public const string ToolDisabled = "tool.disabled";

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

    /// <summary>Events that the platform publishes.</summary>
    public static IReadOnlyList<string> Outbound { get; } =
    [
        ExecutionStarted, ExecutionProgress, ExecutionCompleted, ExecutionFailed, ExecutionCancelled, RecommendationUpdated, .. Catalogue,
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
