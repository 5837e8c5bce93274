using System.Text.Json;

namespace Capns.Contracts.Executions;

/// <summary>An error for programs (platform spec 3.18).</summary>
public sealed record ErrorDetail
{
    /// <summary>Its kind.</summary>
    public required ErrorType Type { get; init; }

    /// <summary>One of <see cref="ErrorCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>Text for people; names the field, the value and the bound where there are any.</summary>
    public required string Message { get; init; }

    /// <summary>True when a retry may help.</summary>
    public required bool Recoverable { get; init; }

    /// <summary>What to do about it.</summary>
    public string? SuggestedAction { get; init; }

    /// <summary>Further facts. Schema errors are in <c>errors</c> as <c>[{path, keyword, message}]</c> with JSON Pointer paths.</summary>
    public JsonElement? Details { get; init; }
}
