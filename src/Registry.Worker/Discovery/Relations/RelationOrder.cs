using System.Text.Json;
using Capns.Contracts.Graph;

namespace Capns.Registry.Worker.Discovery.Relations;

/// <summary>What is said about two tools.</summary>
internal sealed record RelationOrder
{
    /// <summary>Uuid or slug.</summary>
    public required string ToToolId { get; init; }

    /// <summary><c>SIMILAR_TO</c>, <c>ENHANCES</c>, <c>REPLACES</c>, <c>REQUIRES</c> or <c>DEPENDS_ON</c>, which is kept as <c>REQUIRES</c>.</summary>
    public required string Type { get; init; }

    /// <summary>0 to 1. May be left out for <c>REQUIRES</c>, whose strength is always 1.</summary>
    public required double Strength { get; init; }

    /// <summary>For people, up to 500 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Any object, up to 4 KiB.</summary>
    public JsonElement? Metadata { get; init; }
}

/// <summary>A relation as it is kept.</summary>
internal sealed record ToolRelation
{
    /// <summary>Uuid.</summary>
    public required Guid FromToolId { get; init; }

    /// <summary>Uuid.</summary>
    public required Guid ToToolId { get; init; }

    /// <summary><c>SIMILAR_TO</c>, <c>ENHANCES</c>, <c>REPLACES</c> or <c>REQUIRES</c>.</summary>
    public required string Type { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Strength { get; init; }

    /// <summary>For people.</summary>
    public string? Reason { get; init; }

    /// <summary>As it was given.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Always <c>manual</c>.</summary>
    public string Source { get; init; } = "manual";

    /// <summary>When it was set.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What a command that was carried out has made.</summary>
    public static ToolRelation Of(PutToolRelation command) => new()
    {
        FromToolId = command.FromToolId,
        ToToolId = command.ToToolId,
        Type = command.Type,
        Strength = command.Strength,
        Reason = command.Reason,
        Metadata = command.Metadata,
        UpdatedAt = command.SetAt,
    };
}
