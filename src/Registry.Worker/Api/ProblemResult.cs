using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Api;

/// <summary>An error as RFC 9457 has it, with the members of platform spec 4.2.</summary>
internal sealed class ProblemResult(ErrorCode code, string detail, IReadOnlyList<FieldError>? errors = null, int? status = null, JsonElement? details = null) : IResult
{
    private static readonly Dictionary<string, string> Titles = new(StringComparer.Ordinal)
    {
        [ErrorCodes.InvalidParameters.Code] = "Parameters do not fit the schema",
        [ErrorCodes.InvalidDefinition.Code] = "The tool definition is not valid",
        [ErrorCodes.DuplicateTool.Code] = "The tool exists already",
        [ErrorCodes.VersionExists.Code] = "The version is published with other content",
        [ErrorCodes.InvalidCap.Code] = "The capability URN is not valid",
        [ErrorCodes.CapNotFound.Code] = "Nobody provides the capability",
        [ErrorCodes.DependencyCycle.Code] = "The dependencies lead back to the tool",
    };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var problem = new Dictionary<string, object?>
        {
            ["type"] = $"urn:capns:problem:{Hyphens(code.Code)}",
            ["title"] = Titles.GetValueOrDefault(code.Code) ?? Title(code.Code),
            ["status"] = status ?? code.HttpStatus,
            ["detail"] = detail,
            ["instance"] = httpContext.Request.PathBase + httpContext.Request.Path.Value,
            ["code"] = code.Code,
            ["requestId"] = httpContext.TraceIdentifier,
        };
        if (errors is { Count: > 0 })
        {
            problem["details"] = new { errors };
        }
        else if (details is { } facts)
        {
            problem["details"] = facts;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(problem, WireJson.Options);
        httpContext.Response.StatusCode = status ?? code.HttpStatus;
        httpContext.Response.ContentType = "application/problem+json";
        httpContext.Response.ContentLength = body.Length;
        await httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    private static string Hyphens(string code) => code.ToLowerInvariant().Replace('_', '-');

    private static string Title(string code) => code[0] + code[1..].ToLowerInvariant().Replace('_', ' ');
}
