using Capns.Contracts.Executions;

namespace Capns.Registry.Worker.Api.Description;

/// <summary>Says of an endpoint what <c>/openapi.json</c> tells; nothing of it changes what the endpoint does.</summary>
internal static class EndpointDescription
{
    /// <summary>Starts a description.</summary>
    /// <param name="endpoint">Which.</param>
    /// <param name="group">What it is about, in the plural.</param>
    /// <param name="summary">What it does, in a few words.</param>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string group, string summary) =>
        endpoint.WithTags(group).WithSummary(summary);

    /// <summary>A query parameter.</summary>
    public static RouteHandlerBuilder Filter(this RouteHandlerBuilder endpoint, string name, string text, string type = "string") =>
        endpoint.WithMetadata(new QueryMark(name, type, text));

    /// <summary>Several query parameters.</summary>
    public static RouteHandlerBuilder Filters(this RouteHandlerBuilder endpoint, IEnumerable<QueryMark> parameters) => endpoint.WithMetadata([.. parameters]);

    /// <summary>Parameter <c>sort</c>.</summary>
    public static RouteHandlerBuilder Sorts(this RouteHandlerBuilder endpoint, params string[] fields) =>
        endpoint.WithMetadata(new QueryMark("sort", "string", $"one of {string.Join(", ", fields)}; - in front reverses"));

    /// <summary>Parameters <c>page</c> and <c>limit</c>.</summary>
    public static RouteHandlerBuilder Pages(this RouteHandlerBuilder endpoint) => endpoint.WithMetadata(
        new QueryMark("page", "integer", "which page", 1, Paging.MaxPage, 1), new QueryMark("limit", "integer", "elements of a page", 1, Paging.MaxLimit, Paging.DefaultLimit));

    /// <summary>A JSON body.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint, string contentType = "application/json", bool optional = false) =>
        endpoint.WithMetadata(new BodyMark(typeof(T), contentType, optional));

    /// <summary>A JSON answer.</summary>
    /// <param name="endpoint">Which.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="tagged">True: it carries an <c>ETag</c>.</param>
    public static RouteHandlerBuilder Gives<T>(this RouteHandlerBuilder endpoint, int status = 200, bool tagged = false) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(T), ["application/json"]), new AnswerMark(status, tagged));

    /// <summary>An answer without a body.</summary>
    public static RouteHandlerBuilder GivesNothing(this RouteHandlerBuilder endpoint, int status = StatusCodes.Status204NoContent) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(void)));

    /// <summary>An answer of another type than JSON.</summary>
    public static RouteHandlerBuilder GivesText(this RouteHandlerBuilder endpoint, string contentType) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [contentType]));

    /// <summary>Header <c>If-Match</c> is required.</summary>
    public static RouteHandlerBuilder NeedsIfMatch(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new IfMatchMark()).Refuses(ErrorCodes.PreconditionRequired, ErrorCodes.PreconditionFailed);

    /// <summary>Codes beside those that any path may answer.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ErrorCode[] codes) => endpoint.WithMetadata(new RefusalMark(codes));
}

/// <summary>A query parameter, for the description.</summary>
internal sealed record QueryMark(string Name, string Type, string Text, int? Min = null, int? Max = null, int? Default = null);

/// <summary>The body, for the description.</summary>
internal sealed record BodyMark(Type Type, string ContentType, bool Optional);

/// <summary>An answer, for the description.</summary>
internal sealed record AnswerMark(int Status, bool Tagged);

/// <summary>Header <c>If-Match</c>, for the description.</summary>
internal sealed record IfMatchMark;

/// <summary>Refusals, for the description.</summary>
internal sealed record RefusalMark(IReadOnlyList<ErrorCode> Codes);

/// <summary>Parameters that several paths share.</summary>
internal static class ToolParameters
{
    /// <summary>The filters of a list of tools.</summary>
    public static IReadOnlyList<QueryMark> Filters { get; } =
    [
        new("q", "string", "part of slug, name or description"),
        new("category", "string", "exactly this category"),
        new("tags", "string", "all of these tags, with commas between them"),
        new("capabilities", "string", "all of these words and capability URNs, with commas between them"),
        new("cap", "string", "capability URN: those that accept it, the best first"),
        new("securityLevel", "string", "safe, moderate, restricted or dangerous"),
        new("enabled", "boolean", "only those that are, or are not"),
        new("maintenanceStatus", "string", "active, maintenance, deprecated or archived"),
        new("owner", "string", "exactly this owner"),
    ];
}
