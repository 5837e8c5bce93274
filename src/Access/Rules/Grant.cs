namespace Capns.Access.Rules;

/// <summary>
/// One permission for one subject, perhaps for one tool or project only (platform spec 8.2; table <c>permission_grants</c>).
/// </summary>
internal sealed class Grant
{
    /// <summary>As <see cref="SubjectKind"/>: the subject is a role.</summary>
    public const string Role = "role";

    public required Guid Id { get; init; }

    /// <summary><c>user</c>, <c>agent</c>, <c>service</c> or <see cref="Role"/>.</summary>
    public required string SubjectKind { get; init; }

    /// <summary>Id of a user or agent, name of a service account or role.</summary>
    public required string SubjectId { get; init; }

    public required string Permission { get; init; }

    /// <summary>Absent: for every tool.</summary>
    public Guid? ToolId { get; init; }

    /// <summary>Absent: with and without a project.</summary>
    public string? ProjectId { get; init; }

    /// <summary>JSON of <see cref="GrantLimits"/>. Absent: none.</summary>
    public string? Limits { get; init; }

    public required string GrantedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Absent: it does not end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether it gives a permission to somebody who is already known to be its subject.</summary>
    public bool Gives(AccessQuestion question, IReadOnlySet<string> projects, DateTimeOffset now) =>
        (ExpiresAt is null || ExpiresAt > now)
        && PermissionNames.Includes(Permission, question.Action)
        && (ToolId is null || ToolId == question.Tool?.Id)
        && (ProjectId is null || (ProjectId == question.ProjectId && projects.Contains(ProjectId)));
}

/// <summary>How much of something a grant gives in an hour.</summary>
/// <param name="MaxCallsPerHour">Runs of the tool. Absent: as the tool says.</param>
/// <param name="MaxCostPerHour">Sum of costs of the caller's runs of the tool. Absent: no limit.</param>
internal sealed record GrantLimits(int? MaxCallsPerHour, decimal? MaxCostPerHour)
{
    /// <summary>Of two grants that both give it, the more generous bound each.</summary>
    public static GrantLimits Widest(GrantLimits one, GrantLimits other) => new(
        one.MaxCallsPerHour is { } calls && other.MaxCallsPerHour is { } otherCalls ? Math.Max(calls, otherCalls) : null,
        one.MaxCostPerHour is { } cost && other.MaxCostPerHour is { } otherCost ? Math.Max(cost, otherCost) : null);
}
