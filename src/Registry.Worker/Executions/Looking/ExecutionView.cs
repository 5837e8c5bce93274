using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;

namespace Capns.Registry.Worker.Executions.Looking;

/// <summary>The execution resource (platform spec 4.3).</summary>
internal static class ExecutionView
{
    /// <summary>Absent members are left out.</summary>
    public static object Of(Execution row)
    {
        var error = Json(row.Error);
        return new
        {
            executionId = row.CorrelationId,
            toolId = row.ToolId?.ToString() ?? row.ToolRef,
            row.ToolName,
            row.ToolVersion,
            row.Cap,
            row.MatchedCap,
            row.Provider,
            status = row.State(),
            legacyStatus = Legacy(row.State()),
            row.SecurityLevel,
            row.Priority,
            row.Pool,
            row.Attempt,
            row.MaxAttempts,
            parameters = Json(row.Parameters),
            row.ParametersHash,
            result = Json(row.Result),
            resultRef = Json(row.ResultRef),
            error = error?.GetProperty("message").GetString(),
            errorDetail = error,
            resources = Json(row.Resources) ?? JsonSerializer.SerializeToElement(new ResourceUsage(), WireJson.Options),
            row.Cost,
            row.EstimatedCost,
            cached = false,
            row.Isolation,
            row.RunnerId,
            row.RequestId,
            row.AgentId,
            row.UserId,
            row.RequestedBy,
            row.DiscussionId,
            row.ConversationId,
            row.OperationId,
            row.SessionId,
            row.ProjectId,
            row.WorkflowRunId,
            row.StepId,
            reasoning = Json(row.Reasoning),
            row.NotBefore,
            row.ExpiresAt,
            row.CreatedAt,
            row.QueuedAt,
            row.StartedAt,
            row.CompletedAt,
            links = new
            {
                self = $"/api/v1/executions/{row.CorrelationId}",
                events = $"/api/v1/executions/{row.CorrelationId}/events",
                result = $"/api/v1/executions/{row.CorrelationId}/result",
            },
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
