using System.Text.Json;
using MassTransit;

namespace Capns.Contracts.Approvals;

/// <summary>Event in: somebody approves or rejects (platform spec 3.23).</summary>
/// <remarks>
/// Answered, to its reply target, by <see cref="ToolApprovalRecorded"/>, or refused with SELF_APPROVAL, APPROVAL_NOT_PENDING, HASH_MISMATCH,
/// INSUFFICIENT_PERMISSIONS or NOT_FOUND. A repeat of a decision that was recorded is answered again and changes nothing.
/// </remarks>
[EntityName("tool.approval.decided")]
[MessageUrn("tool.approval.decided")]
public sealed record ToolApprovalDecision
{
    /// <summary>
    /// The approval. One of this and <see cref="ExecutionId"/> is required; when both are given they must belong together.
    /// </summary>
    public Guid? ApprovalId { get; init; }

    /// <summary>The execution that waits.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>What is decided.</summary>
    public required ApprovalDecision Decision { get; init; }

    /// <summary>Who decides: must be the authenticated identity.</summary>
    public required string ApproverId { get; init; }

    /// <summary>What was approved; refused with HASH_MISMATCH when it is not what would run.</summary>
    public string? ParametersHash { get; init; }

    /// <summary>Up to 20 of up to 500 characters; stored and shown, not enforced.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>Up to 1,000 characters.</summary>
    public string? Feedback { get; init; }

    /// <summary>When it was decided, as the sender says; the time of arrival counts.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary><c>{token}</c>; removed before anything is stored or logged.</summary>
    public JsonElement? Auth { get; init; }
}
