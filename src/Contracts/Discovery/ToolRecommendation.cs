using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Discovery;

/// <summary>One tool of an answer (platform spec 3.21).</summary>
public sealed record ToolRecommendation
{
    /// <summary>Uuid.</summary>
    public required string ToolId { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>SemVer of the latest version.</summary>
    public required string Version { get; init; }

    /// <summary>Category.</summary>
    public required string Category { get; init; }

    /// <summary>Level.</summary>
    public required SecurityLevel SecurityLevel { get; init; }

    /// <summary>True when people must decide before it runs.</summary>
    public required bool RequiresApproval { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Score { get; init; }

    /// <summary>0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Why it is here, for people.</summary>
    public required string Reason { get; init; }

    /// <summary>Parts of the score.</summary>
    public IReadOnlyDictionary<string, double>? Components { get; init; }

    /// <summary>How it is tied to the tools the request named, or to those the score comes from.</summary>
    public IReadOnlyList<ToolRelationship>? Relationships { get; init; }

    /// <summary>In lists of dependencies and dependents: <c>ok</c>, <c>missing</c> or <c>disabled</c> (platform spec 7.2).</summary>
    public string? Status { get; init; }

    /// <summary>In lists of dependencies and dependents: steps from the tool asked for; 1 is a direct one.</summary>
    /// <remarks>In addition to platform spec 3.21.</remarks>
    public int? Depth { get; init; }

    /// <summary>Per run.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? EstimatedCost { get; init; }

    /// <summary>Milliseconds.</summary>
    public int? EstimatedDuration { get; init; }

    /// <summary>The parameter schema, when asked for.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>The capability that matched.</summary>
    public string? MatchedCap { get; init; }

    /// <summary>True for a deprecated tool.</summary>
    public bool? Deprecated { get; init; }
}
