using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Messaging.Inbound;

namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>What a caller did wrong, for programs and people (platform spec 3.18).</summary>
internal static class Refusals
{
    /// <summary>Several fields at once.</summary>
    public static ErrorDetail Of(ErrorCode code, IReadOnlyList<PayloadError> errors) =>
        Of(code, string.Join(' ', errors.Select(error => error.Message))) with { Details = Listed(errors) };

    /// <summary>One sentence.</summary>
    public static ErrorDetail Of(ErrorCode code, string message) => new()
    {
        Type = code.Type,
        Code = code.Code,
        Message = message,
        Recoverable = code.Recoverable,
    };

    private static JsonElement Listed(IReadOnlyList<PayloadError> errors) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, IReadOnlyList<PayloadError>> { ["errors"] = errors }, WireJson.Options);
}
