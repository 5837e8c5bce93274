using System.Text.Json;
using System.Text.Json.Serialization;
using Capns.Contracts.Json;
using MassTransit;

namespace Capns.Contracts.Executions;

/// <summary>Reply only: what every gate says of a request with <c>dryRun</c>; nothing was stored and nothing ran (platform spec 4.3).</summary>
[ExcludeFromTopology]
[EntityName("tool.execution.gates")]
[MessageUrn("tool.execution.gates")]
public sealed record ToolExecutionGateReport
{
    /// <summary>Version of the payload. Always <c>"1.0"</c>.</summary>
    public string SchemaVersion { get; init; } = "1.0";

    /// <summary>True when every gate was passed.</summary>
    public required bool WouldRun { get; init; }

    /// <summary>Uuid of the tool; for an unknown tool the text the caller gave.</summary>
    public required string ToolId { get; init; }

    /// <summary>SemVer. Absent when the tool is unknown.</summary>
    public string? ToolVersion { get; init; }

    /// <summary>The requested capability URN in canonical form; present when requested by <c>cap</c>.</summary>
    public string? Cap { get; init; }

    /// <summary>URN of the provider that matched.</summary>
    public string? MatchedCap { get; init; }

    /// <summary>Slug of the provider; present when requested by <c>cap</c> and one was found.</summary>
    public string? Provider { get; init; }

    /// <summary>
    /// Definition of the provider's capability as CapNs writes it: arguments, where each may come from, output. Present together with
    /// <see cref="Provider"/>. The metadata of each argument names the tool's parameter.
    /// </summary>
    public JsonElement? Definition { get; init; }

    /// <summary>True when people would have to decide first.</summary>
    public bool RequiresApproval { get; init; }

    /// <summary>6 decimal places. Absent when it would not run.</summary>
    [JsonConverter(typeof(AmountConverter))]
    public decimal? EstimatedCost { get; init; }

    /// <summary>Milliseconds. Absent when it would not run.</summary>
    public int? EstimatedDuration { get; init; }

    /// <summary>In the order in which they were asked.</summary>
    public required IReadOnlyList<ExecutionGate> Gates { get; init; }
}

/// <summary>One gate's word (platform spec 5.4).</summary>
public sealed record ExecutionGate
{
    /// <summary>Its name.</summary>
    public required string Gate { get; init; }

    /// <summary>False: it refuses.</summary>
    public required bool Passed { get; init; }

    /// <summary>Present when it refuses: one of <see cref="ErrorCodes"/>.</summary>
    public string? Code { get; init; }

    /// <summary>For people.</summary>
    public string? Message { get; init; }
}
