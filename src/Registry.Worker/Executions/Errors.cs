using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;

namespace Capns.Registry.Worker.Executions;

/// <summary>Makes an <see cref="ErrorDetail"/> of a row of the table of codes (platform spec 5.12).</summary>
internal static class Errors
{
    /// <summary>The error.</summary>
    /// <param name="code">Gives type and recoverability.</param>
    /// <param name="message">For people: names the field, the value and the bound.</param>
    /// <param name="details">Further facts, written as JSON.</param>
    public static ErrorDetail Of(ErrorCode code, string message, object? details = null) => new()
    {
        Type = code.Type,
        Code = code.Code,
        Message = message,
        Recoverable = code.Recoverable,
        Details = details is null ? null : JsonSerializer.SerializeToElement(details, WireJson.Options),
    };

    /// <summary>What a requester is told whose execution somebody has cancelled. Not an ending of the table of codes: the event is <c>cancelled</c>.</summary>
    public static ErrorDetail Cancelled(string? reason) => new()
    {
        Type = ErrorType.Execution,
        Code = "CANCELLED",
        Message = reason is null ? "The execution was cancelled." : $"The execution was cancelled: {reason}",
        Recoverable = false,
    };
}
