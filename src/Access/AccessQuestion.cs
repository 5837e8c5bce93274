using Capns.Contracts;

namespace Capns.Access;

/// <summary>Whether somebody may do something, and to what.</summary>
internal sealed record AccessQuestion
{
    /// <summary>A permission of platform spec 8.2, e.g. <c>tool:execute:safe</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Absent: it is about no tool.</summary>
    public ToolFacts? Tool { get; init; }

    /// <summary>Absent: none.</summary>
    public string? AgentId { get; init; }

    /// <summary>Absent: none.</summary>
    public string? ProjectId { get; init; }
}

/// <summary>What rules about tools look at.</summary>
/// <param name="Id">Uuid.</param>
/// <param name="Slug">Name in paths and requests.</param>
/// <param name="Level">Level at which it would run.</param>
/// <param name="Category">Slug of the category.</param>
/// <param name="Tags">In any order.</param>
/// <param name="Owner">Who may write it.</param>
internal sealed record ToolFacts(Guid Id, string Slug, SecurityLevel Level, string Category, IReadOnlyList<string> Tags, string Owner);
