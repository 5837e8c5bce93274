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
}
