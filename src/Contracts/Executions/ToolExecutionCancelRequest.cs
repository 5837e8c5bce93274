using System.Text.Json;
using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Event in: somebody asks for an execution to be ended (platform spec 3.19).</summary>
/// <remarks>
/// Answered, to its reply target, by <see cref="ToolExecutionCancelled"/> once the work has stopped, or refused with
/// ALREADY_FINISHED or EXECUTION_NOT_FOUND. One of <see cref="ExecutionId"/> and <see cref="RequestId"/> is required.
/// </remarks>
[EntityName("tool.execution.cancel.requested")]
[MessageUrn("tool.execution.cancel.requested")]
public sealed record ToolExecutionCancelRequest
{
    /// <summary>The execution.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>The caller's id of the request that started it, scoped by source.</summary>
    public string? RequestId { get; init; }

    /// <summary>Who asks.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Up to 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>False (default): a signal, then 5 s of grace. True: killed at once.</summary>
    public bool? Force { get; init; }

    /// <summary><c>{token}</c>; removed before anything is stored or logged.</summary>
    public JsonElement? Auth { get; init; }
}
