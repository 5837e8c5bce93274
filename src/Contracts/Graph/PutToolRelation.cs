using System.Text.Json;
using MassTransit;

namespace Capns.Contracts.Graph;

/// <summary>Command: somebody says how two tools belong together. Discovery keeps it with source <c>manual</c>.</summary>
/// <remarks>
/// Answered by <see cref="GraphCommandDone"/>, or refused with <c>DEPENDENCY_CYCLE</c> or <c>TOOL_NOT_FOUND</c>. A relation that is there already gets the new
/// values, so a repeat changes nothing. Believed only from the platform's own logins.
/// </remarks>
[ExcludeFromTopology]
[EntityName("capns.graph.relation.put")]
[MessageUrn("capns.graph.relation.put")]
public sealed record PutToolRelation
{
    /// <summary>Chosen by the sender, the same in every repeat.</summary>
    public required Guid CommandId { get; init; }

    /// <summary>The tool that is similar to, enhances, replaces or requires the other.</summary>
    public required Guid FromToolId { get; init; }

    /// <summary>The other tool.</summary>
    public required Guid ToToolId { get; init; }

    /// <summary><c>SIMILAR_TO</c>, <c>ENHANCES</c>, <c>REPLACES</c> or <c>REQUIRES</c>.</summary>
    public required string Type { get; init; }

    /// <summary>0 to 1; 1 for <c>REQUIRES</c>.</summary>
    public required double Strength { get; init; }

    /// <summary>For people, up to 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Any object, up to 4 KiB.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Who says so.</summary>
    public required string SetBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset SetAt { get; init; }
}
