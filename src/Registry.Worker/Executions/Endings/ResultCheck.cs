using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Core.Validation;
using Capns.Registry.Worker.Executions.Admission;

namespace Capns.Registry.Worker.Executions.Endings;

/// <summary>A tool's result as it is kept, or why it is none (platform spec 3.12, 5.1 <c>returnType</c>).</summary>
/// <param name="Json">UTF-8 JSON. Empty on error.</param>
/// <param name="FitsSchema">False: it does not fit, and the tool's <c>strictResult</c> is false.</param>
/// <param name="Error">Present when the result makes the attempt a failed one.</param>
internal sealed record CheckedResult(byte[] Json, bool FitsSchema, ErrorDetail? Error = null);

/// <summary>Checks a result by size and schema. Pure.</summary>
internal static class ResultCheck
{
    private static readonly JsonElement Null = JsonDocument.Parse("null").RootElement;

    /// <summary>Checks.</summary>
    /// <param name="plan">Of the execution.</param>
    /// <param name="result">As the runner sent it; absent is JSON null.</param>
    /// <param name="maxBytes"><c>RESULT_MAX_BYTES</c>.</param>
    public static CheckedResult Check(RunPlan plan, JsonElement? result, int maxBytes)
    {
        if (!TryWrite(result, out var json, out var reason))
        {
            return Refused(ErrorCodes.InvalidResult, $"The result is no text that can be kept: {reason}", null);
        }

        if (json.Length > maxBytes)
        {
            return Refused(ErrorCodes.OutputTooLarge, $"The result has {json.Length} bytes; at most {maxBytes} are kept.", new { bytes = json.Length, limit = maxBytes });
        }

        var errors = SchemaErrors(plan, result);
        if (errors.Count == 0)
        {
            return new CheckedResult(json, FitsSchema: true);
        }

        return plan.StrictResult
            ? Refused(ErrorCodes.InvalidResult, $"The result does not fit the tool's return type: {errors[0].Path} {errors[0].Message}", new { errors })
            : new CheckedResult(json, FitsSchema: false);
    }

    private static IReadOnlyList<ValidationError> SchemaErrors(RunPlan plan, JsonElement? result)
    {
        if (plan.ResultSchema is not { } schema)
        {
            return [];
        }

        // Checked when the tool was registered; one that does not compile any more cannot refuse a result.
        var compiled = ResultSchemas.Get(schema);
        return compiled?.Validate(result ?? Null) ?? [];
    }

    /// <summary>A tool may write half a surrogate pair as an escape; that is JSON, but no text.</summary>
    private static bool TryWrite(JsonElement? result, out byte[] json, out string reason)
    {
        try
        {
            json = result is { ValueKind: not JsonValueKind.Undefined } value ? JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Options) : "null"u8.ToArray();
            reason = string.Empty;
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            json = [];
            reason = exception.Message;
            return false;
        }
    }

    private static CheckedResult Refused(ErrorCode code, string message, object? details) =>
        new([], FitsSchema: false, Errors.Of(code, message, details));
}
