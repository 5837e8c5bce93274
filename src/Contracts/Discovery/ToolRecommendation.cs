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
