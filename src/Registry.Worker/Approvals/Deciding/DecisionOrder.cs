using Capns.Contracts.Approvals;

namespace Capns.Registry.Worker.Approvals.Deciding;

/// <summary>A decision as it came, by whichever way; read and bounded.</summary>
internal sealed record DecisionOrder
{
    /// <summary>Conditions in one decision.</summary>
    public const int MaxConditions = 20;

    /// <summary>Characters of a condition.</summary>
    public const int MaxCondition = 500;

    /// <summary>Characters of the feedback.</summary>
    public const int MaxFeedback = 1000;

    public Guid? ApprovalId { get; init; }

    public Guid? ExecutionId { get; init; }

    public required ApprovalDecision Decision { get; init; }

    public string? ParametersHash { get; init; }

    public IReadOnlyList<string> Conditions { get; init; } = [];

    public string? Feedback { get; init; }

    /// <summary><c>rest</c>, <c>message</c> or <c>gateway</c>.</summary>
    public required string Via { get; init; }

    /// <summary>Address of the approver, over HTTP.</summary>
    public string? Ip { get; init; }

    /// <summary>Request id, over HTTP or as the message says.</summary>
    public string? RequestId { get; init; }
}
