using System.Text.Json;
using Capns.Contracts.Executions;

namespace Capns.Runner.Worker.Runs.Output;

/// <summary>A line of stdout that is a JSON object with member <c>$capns</c> (platform spec 5.5).</summary>
internal static class ControlLine
{
    /// <summary>Bytes of UTF-8 of a message; beyond it is cut.</summary>
    public const int MessageBytes = 8 * 1024;
    /// <summary>The same for the name of a step.</summary>
    public const int StepBytes = 1024;
    private const int DetailsBytes = 64 * 1024;

    /// <summary>Reads a control line.</summary>
    /// <returns>A <see cref="ToolProgressed"/>, <see cref="ToolGavePart"/>, <see cref="ToolResult"/> or <see cref="ToolError"/>; null when it is a log line.</returns>
    public static object? Read(ReadOnlySpan<byte> line)
    {
        var trimmed = line.TrimStart(" \t"u8);
        if (trimmed.IsEmpty || trimmed[0] != (byte)'{' || trimmed.IndexOf("\"$capns\""u8) < 0)
        {
            return null;
        }

        if (!ToolJson.TryParse(trimmed, out var parsed)
            || parsed.Value.ValueKind != JsonValueKind.Object
            || !parsed.Value.TryGetProperty("$capns", out var kind)
            || kind.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        return kind.GetString() switch
        {
            "progress" => ReadProgress(parsed.Value),
            "partial" => parsed.Value.TryGetProperty("value", out var part) ? new ToolGavePart(part) : null,
            "result" => ReadResult(parsed.Value),
            "error" => ReadError(parsed.Value),
            _ => null,
        };
    }

    private static ToolProgressed? ReadProgress(JsonElement line)
    {
        double? progress = null;
        if (line.TryGetProperty("progress", out var number) && number.ValueKind != JsonValueKind.Null)
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetDouble(out var percent) || percent is not (>= 0 and <= 100))
            {
                return null;
            }

            progress = percent;
        }

        return TryText(line, "currentStep", StepBytes, out var step) && TryText(line, "message", MessageBytes, out var message)
            ? new ToolProgressed(progress, step, message)
            : null;
    }

    private static ToolResult? ReadResult(JsonElement line)
    {
        if (!line.TryGetProperty("value", out var value))
        {
            return null;
        }

        if (!line.TryGetProperty("metadata", out var metadata) || metadata.ValueKind == JsonValueKind.Null)
        {
            return new ToolResult(value, null);
        }

        // They travel in the public event, whatever becomes of the result.
        return metadata.ValueKind != JsonValueKind.Object ? null
            : new ToolResult(value, ToolJson.Size(metadata) <= DetailsBytes ? metadata : null);
    }

    // An error is never lost to its form: an unknown type reads as `execution`, a missing message has a default.
    private static ToolError ReadError(JsonElement line)
    {
        var type = TryText(line, "type", StepBytes, out var word)
            ? word switch
            {
                "timeout" => ErrorType.Timeout,
                "quota" => ErrorType.Quota,
                "dependency" => ErrorType.Dependency,
                "validation" => ErrorType.Validation,
                _ => ErrorType.Execution,
            }
            : ErrorType.Execution;
        var message = TryText(line, "message", MessageBytes, out var text) && !string.IsNullOrWhiteSpace(text)
            ? text
            : "The tool reported an error.";
        var details = line.TryGetProperty("details", out var value)
            && value.ValueKind != JsonValueKind.Null
            && ToolJson.Size(value) <= DetailsBytes
                ? value
                : (JsonElement?)null;
        return new ToolError(type, message, details);
    }

    private static bool TryText(JsonElement line, string name, int maxBytes, out string? text)
    {
        text = null;
        if (!line.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        text = Utf8Text.Cut(value.GetString()!, maxBytes).Text;
        return true;
    }
}

/// <summary>A control line <c>result</c>.</summary>
/// <param name="Value">Any JSON.</param>
/// <param name="Metadata">An object up to 64 KiB; left out beyond.</param>
internal sealed record ToolResult(JsonElement Value, JsonElement? Metadata);
