using System.Text.Json;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Api;

/// <summary>An error as RFC 9457 has it, with the members of platform spec 4.2.</summary>
internal sealed class ProblemResult(
    ErrorCode code, string detail, IReadOnlyList<FieldError>? errors = null, int? status = null, JsonElement? details = null, Guid? executionId = null) : IResult
{
    /// <summary>Of RFC 9457.</summary>
    public const string ContentType = "application/problem+json";

    private static readonly Dictionary<string, string> Titles = new(StringComparer.Ordinal)
    {
        [ErrorCodes.InvalidParameters.Code] = "Parameters do not fit the schema",
        [ErrorCodes.InvalidDefinition.Code] = "The tool definition is not valid",
        [ErrorCodes.DuplicateTool.Code] = "The tool exists already",
        [ErrorCodes.VersionExists.Code] = "The version is published with other content",
        [ErrorCodes.InvalidCap.Code] = "The capability URN is not valid",
        [ErrorCodes.CapNotFound.Code] = "Nobody provides the capability",
        [ErrorCodes.DependencyCycle.Code] = "The dependencies lead back to the tool",
        [ErrorCodes.BreakingChange.Code] = "The change breaks callers and needs a higher major number",
        [ErrorCodes.DependentsExist.Code] = "Other tools need this one",
        [ErrorCodes.PreconditionRequired.Code] = "Header If-Match is required",
        [ErrorCodes.PreconditionFailed.Code] = "It has changed since it was read",
        [ErrorCodes.IdempotencyKeyReused.Code] = "The key was used for another request",
        [ErrorCodes.IdempotencyInProgress.Code] = "The first request with this key is in work",
    };

    /// <summary>Which row of the table of codes.</summary>
    public ErrorCode Code => code;

    /// <summary>For people.</summary>
    public string Detail => detail;

    /// <summary>The HTTP status it is answered with.</summary>
    public int Status => status ?? code.HttpStatus;

    /// <summary>What only a header can say, e.g. <c>Retry-After</c> in seconds.</summary>
    public (string Name, string Value)? Header { get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var problem = new Dictionary<string, object?>
        {
            ["type"] = $"urn:capns:problem:{Hyphens(code.Code)}",
            ["title"] = TitleOf(code),
            ["status"] = Status,
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

        if (executionId is { } stored)
        {
            problem["executionId"] = stored;
        }

        if (Header is var (name, value))
        {
            httpContext.Response.Headers[name] = value;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(problem, WireJson.Options);
        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = ContentType;
        httpContext.Response.ContentLength = body.Length;
        await httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    /// <summary>The title of every problem with this code.</summary>
    public static string TitleOf(ErrorCode code) => Titles.GetValueOrDefault(code.Code) ?? Title(code.Code);

    private static string Hyphens(string code) => code.ToLowerInvariant().Replace('_', '-');

    private static string Title(string code) => code[0] + code[1..].ToLowerInvariant().Replace('_', ' ');
}
