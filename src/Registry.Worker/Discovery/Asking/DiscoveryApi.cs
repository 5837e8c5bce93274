using System.Text.Json;
using Capns.Contracts;
using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Discovery.Asking;

/// <summary>Search and recommendations over HTTP, answered by discovery (platform spec 4.3, 7.4, 7.5).</summary>
internal static class DiscoveryApi
{
    /// <summary>Longest query, in characters (platform spec 3.20).</summary>
    public const int LongestQuery = 500;

    /// <summary>Most tools of one answer (platform spec 10.5).</summary>
    public const int MostTools = 50;

    private const int LongestId = 128;
    private const int UsualSearch = 20;
    private const int UsualRecommendations = 5;

    /// <summary>Maps the paths.</summary>
    public static void MapQuestions(this IEndpointRouteBuilder app)
    {
        app.MapGet($"{ToolsApi.Path}/search", SearchAsync).Requires("tool:read")
            .Describe("Discovery", "Search tools by words").Filter("q", "what is looked for, 1 to 500 characters; required")
            .Filter("category", "any of these, with commas between them").Filter("tags", "any of these, with commas between them")
            .Filter("capabilities", "all of these words and capability URNs, with commas between them").Filter("cap", "one capability URN more")
            .Filter("securityLevel", "highest level: safe, moderate, restricted or dangerous").Filter("includeParameters", "with the schemas of their parameters", "boolean")
            .Filter("includeDeprecated", "also deprecated ones", "boolean").Limits(UsualSearch)
            .Gives<ToolRecommendationUpdated>().Refuses(ErrorCodes.InvalidCap, ErrorCodes.InvalidParameters);
        foreach (var path in new[] { $"{ToolsApi.Path}/recommendations", "/api/v1/recommendations" })
        {
            app.MapGet(path, RecommendAsync).Requires("tool:read")
                .Describe("Discovery", "Recommend tools for a task").Filter("agentId", "whose history counts; default: the caller's")
                .Filter("query", "words for the task, up to 500 characters").Filter("context", "what it is about, up to 500 characters")
                .Filter("currentToolIds", "tools in use: uuids or slugs, with commas between them").Limits(UsualRecommendations)
                .Gives<ToolRecommendationUpdated>().Refuses(ErrorCodes.InvalidParameters);
        }

        app.MapPost("/api/v1/discovery", DiscoverAsync).Requires("tool:read")
            .Describe("Discovery", "Ask for tools in any mode").Takes<ToolDiscoveryRequest>().Gives<ToolRecommendationUpdated>()
            .Refuses(ErrorCodes.InvalidParameters, ErrorCodes.InvalidCap, ErrorCodes.ToolNotFound);
    }

    /// <summary>Parameter <c>limit</c>, for the description.</summary>
    public static RouteHandlerBuilder Limits(this RouteHandlerBuilder endpoint, int usual) =>
        endpoint.WithMetadata(new QueryMark("limit", "integer", "most tools of the answer", 1, MostTools, usual));

    private static Task<IResult> SearchAsync(HttpContext context, DiscoveryClient discovery, IAccessControl access, IDbContextFactory<RegistryDbContext> contexts)
    {
        var query = new QueryReader(context.Request.Query);
        var words = query.Text("q", LongestQuery);
        if (words is null && query.Problem is null)
        {
            query.Note("q", "required", $"is required: what is looked for, 1 to {LongestQuery} characters");
        }

        var capabilities = CapabilityFilter.Texts(context.Request.Query, out var wrong);
        var request = new ToolDiscoveryRequest
        {
            Mode = "search",
            Query = words,
            Categories = query.Texts("category"),
            Tags = query.Texts("tags"),
            Capabilities = capabilities,
            SecurityLevel = query.Word<SecurityLevel>("securityLevel", "safe, moderate, restricted, dangerous"),
            IncludeParameters = query.Flag("includeParameters"),
            IncludeDeprecated = query.Flag("includeDeprecated"),
            Limit = query.Number("limit", 1, MostTools) ?? UsualSearch,
        };
        return AnswerAsync(context, query.Problem ?? wrong, request, discovery, access, contexts);
    }

    private static Task<IResult> RecommendAsync(HttpContext context, DiscoveryClient discovery, IAccessControl access, IDbContextFactory<RegistryDbContext> contexts)
    {
        var query = new QueryReader(context.Request.Query);
        var about = query.Text("context", LongestQuery);
        var request = new ToolDiscoveryRequest
        {
            Mode = "recommend",
            AgentId = query.Text("agentId", LongestId),
            Query = query.Text("query", LongestQuery),
            Context = about is null ? null : JsonSerializer.SerializeToElement(about),
            CurrentToolIds = query.Texts("currentToolIds") is { Length: > 0 } tools ? tools : null,
            Limit = query.Number("limit", 1, MostTools) ?? UsualRecommendations,
        };
        return AnswerAsync(context, query.Problem, request, discovery, access, contexts);
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext context, ProblemResult? problem, ToolDiscoveryRequest request, DiscoveryClient discovery, IAccessControl access, IDbContextFactory<RegistryDbContext> contexts)
    {
        if (problem is not null)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (asker, refusal) = await DiscoveryCaller.ReadAsync(context, request.AgentId, userId: null, access, db);
        if (asker is null)
        {
            return refusal!;
        }

        var reply = await discovery.AskAsync<ToolRecommendationUpdated>(
            request with { RequestId = context.TraceIdentifier, AgentId = asker.AgentId, UserId = asker.UserId }, asker.Caller, context.RequestAborted);
        return reply.Problem as IResult ?? Results.Json(reply.Answer, WireJson.Options);
    }

    private static async Task<IResult> DiscoverAsync(HttpContext context, DiscoveryClient discovery, IAccessControl access, IDbContextFactory<RegistryDbContext> contexts)
    {
        var (body, problem) = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        var question = QuestionBody.Read(body, context.TraceIdentifier, out var unreadable);
        if (question is null)
        {
            return unreadable!;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        var (asker, refusal) = await DiscoveryCaller.ReadAsync(context, question.AgentId, question.UserId, access, db);
        if (asker is null)
        {
            return refusal!;
        }

        if (question.ToolId is { } reference && await ToolTarget.FindAsync(db.Set<Tools.Catalogue.Tool>().AsNoTracking(), reference, context.RequestAborted) is null)
        {
            return ToolTarget.NotFound(reference);
        }

        var reply = await discovery.AskAsync<ToolRecommendationUpdated>(question.For(asker), asker.Caller, context.RequestAborted);
        return reply.Problem as IResult ?? Results.Json(reply.Answer, WireJson.Options);
    }
}
