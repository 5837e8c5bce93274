using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;

namespace Capns.Registry.Worker.Executions.Looking;

/// <summary>The execution resource (platform spec 4.3). Absent members are left out.</summary>
internal sealed record ExecutionResource
{
    public required Guid ExecutionId { get; init; }

    /// <summary>Uuid; for an unknown tool the text the caller gave.</summary>
    public required string ToolId { get; init; }

    public string? ToolName { get; init; }

    public string? ToolVersion { get; init; }

    public string? Cap { get; init; }

    public string? MatchedCap { get; init; }

    public string? Provider { get; init; }

    public string? Operation { get; init; }

    public required ExecutionState Status { get; init; }

    /// <summary>The six-value view of the status (platform spec 5.7).</summary>
    public required string LegacyStatus { get; init; }

    public SecurityLevel? SecurityLevel { get; init; }

    public string? Priority { get; init; }

    public string? Pool { get; init; }

    public required int Attempt { get; init; }

    public required int MaxAttempts { get; init; }

    /// <summary>Secrets redacted.</summary>
    public JsonElement? Parameters { get; init; }

    public string? ParametersHash { get; init; }

    /// <summary>For those only who may see it.</summary>
    public JsonElement? Result { get; init; }

    public JsonElement? ResultRef { get; init; }

    public string? Error { get; init; }

    public JsonElement? ErrorDetail { get; init; }

    public required JsonElement Resources { get; init; }

    public required decimal Cost { get; init; }

    public decimal? EstimatedCost { get; init; }

    public required bool Cached { get; init; }

    public string? Isolation { get; init; }

    public string? RunnerId { get; init; }

    public Guid? ApprovalId { get; init; }

    public string? RequestId { get; init; }

    public string? AgentId { get; init; }

    public string? UserId { get; init; }

    public string? RequestedBy { get; init; }

    public string? DiscussionId { get; init; }

    public string? ConversationId { get; init; }

    public string? OperationId { get; init; }

    public string? SessionId { get; init; }

    public string? ProjectId { get; init; }

    public string? WorkflowRunId { get; init; }

    public string? StepId { get; init; }

    public JsonElement? Reasoning { get; init; }

    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public Guid? RetriedFrom { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? QueuedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public required ExecutionLinks Links { get; init; }

    /// <summary>Of its row.</summary>
    /// <param name="row">The execution.</param>
    /// <param name="withResult">False: it has a result that the one who asks may not see.</param>
    /// <param name="legacy">True: <c>status</c> has the six-value word too.</param>
    public static object Of(Execution row, bool withResult, bool legacy = false)
    {
        var view = Of(row, withResult);
        if (!legacy)
        {
            return view;
        }

        var node = JsonSerializer.SerializeToNode(view, WireJson.Options)!.AsObject();
        node["status"] = view.LegacyStatus;
        return node;
    }

    /// <inheritdoc cref="Of(Execution, bool, bool)"/>
    public static ExecutionResource Of(Execution row, bool withResult)
    {
        var error = Json(row.Error);
        return new ExecutionResource
        {
            ExecutionId = row.CorrelationId,
            ToolId = row.ToolId?.ToString() ?? row.ToolRef,
            ToolName = row.ToolName,
            ToolVersion = row.ToolVersion,
            Cap = row.Cap,
            MatchedCap = row.MatchedCap,
            Provider = row.Provider,
            Operation = row.Operation,
            Status = row.State(),
            LegacyStatus = Legacy(row.State()),
            SecurityLevel = row.SecurityLevel,
            Priority = row.Priority,
            Pool = row.Pool,
            Attempt = row.Attempt,
            MaxAttempts = row.MaxAttempts,
            Parameters = Json(row.Parameters),
            ParametersHash = row.ParametersHash,
            Result = withResult ? Json(row.Result) : null,
            ResultRef = withResult ? Json(row.ResultRef) : null,
            Error = error?.GetProperty("message").GetString(),
            ErrorDetail = error,
            Resources = Json(row.Resources) ?? JsonSerializer.SerializeToElement(new ResourceUsage(), WireJson.Options),
            Cost = row.Cost,
            EstimatedCost = row.EstimatedCost,
            Cached = false,
            Isolation = row.Isolation,
            RunnerId = row.RunnerId,
            ApprovalId = row.ApprovalId,
            RequestId = row.RequestId,
            AgentId = row.AgentId,
            UserId = row.UserId,
            RequestedBy = row.RequestedBy,
            DiscussionId = row.DiscussionId,
            ConversationId = row.ConversationId,
            OperationId = row.OperationId,
            SessionId = row.SessionId,
            ProjectId = row.ProjectId,
            WorkflowRunId = row.WorkflowRunId,
            StepId = row.StepId,
            Reasoning = Json(row.Reasoning),
            NotBefore = row.NotBefore,
            ExpiresAt = row.ExpiresAt,
            RetriedFrom = row.RetriedFrom,
            CreatedAt = row.CreatedAt,
            QueuedAt = row.QueuedAt,
            StartedAt = row.StartedAt,
            CompletedAt = row.CompletedAt,
            Links = ExecutionLinks.Of(row.CorrelationId),
        };
    }

    // Platform spec 5.7, column legacyStatus.
    private static string Legacy(ExecutionState state) => state switch
    {
        ExecutionState.ApprovalRequired => "approval-required",
        ExecutionState.Running => "running",
        ExecutionState.Completed => "completed",
        ExecutionState.Cancelled => "cancelled",
        ExecutionState.Failed or ExecutionState.Rejected or ExecutionState.Expired => "failed",
        _ => "pending",
    };

    private static JsonElement? Json(string? text) => text is null ? null : JsonSerializer.Deserialize<JsonElement>(text);
}
