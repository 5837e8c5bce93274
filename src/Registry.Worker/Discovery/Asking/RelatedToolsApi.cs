using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Tools.Catalogue;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Discovery.Asking;

/// <summary>Lists of tools that start from one tool, answered by discovery (platform spec 4.3, 7.2).</summary>
internal static class RelatedToolsApi
{
    private const double UsualStrength = 0.5;
    private const double UsualSimilarity = 0.6;
    private const int UsualRelated = 10;
    private const int UsualSimilar = 5;

    /// <summary>Maps the paths.</summary>
    public static void MapRelatedTools(this IEndpointRouteBuilder app)
    {
        var tool = app.MapGroup($"{ToolsApi.Path}/{{id}}");
        tool.MapGet("/related", (string id, HttpContext context, ToolLists lists) => lists.AnswerAsync(id, context, Related)).Requires("tool:read")
            .Describe("Discovery", "List tools related to a tool, the strongest first").Filter("types", $"only these, with commas between them: {string.Join(", ", RelationTypes.All)}")
            .Filter("minStrength", "0 to 1; default 0.5", "number").Limits(UsualRelated).Gives<RelatedTools>().Refuses(ErrorCodes.ToolNotFound);
        tool.MapGet("/similar", (string id, HttpContext context, ToolLists lists) => lists.AnswerAsync(id, context, Similar)).Requires("tool:read")
            .Describe("Discovery", "List tools similar to a tool, the most similar first").Filter("minSimilarity", "0 to 1; default 0.6", "number")
            .Limits(UsualSimilar).Gives<RelatedTools>().Refuses(ErrorCodes.ToolNotFound);
        tool.MapGet("/used-with", (string id, HttpContext context, ToolLists lists) => lists.AnswerAsync(id, context, UsedWith)).Requires("tool:read")
            .Describe("Discovery", "List tools that are used together with a tool").Limits(UsualRelated).Gives<RelatedTools>().Refuses(ErrorCodes.ToolNotFound);
        tool.MapGet("/dependencies", (string id, HttpContext context, ToolLists lists) => lists.AnswerAsync(id, context, _ => Of("dependencies"))).Requires("tool:read")
            .Describe("Discovery", "List all tools that a tool needs, in topological order").Gives<RelatedTools>().Refuses(ErrorCodes.ToolNotFound);
        tool.MapGet("/dependents", (string id, HttpContext context, ToolLists lists) => lists.AnswerAsync(id, context, _ => Of("dependents"))).Requires("tool:read")
            .Describe("Discovery", "List all tools that need a tool, in topological order").Gives<RelatedTools>().Refuses(ErrorCodes.ToolNotFound);
    }

    private static ToolDiscoveryRequest Of(string mode) => new() { Mode = mode, IncludeDeprecated = true };

    private static ToolDiscoveryRequest Related(QueryReader query)
    {
        var types = query.Texts("types");
        foreach (var type in types.Where(type => !RelationTypes.All.Contains(type, StringComparer.Ordinal)).Take(1))
        {
            query.Note("types", "enum", $"must be of {string.Join(", ", RelationTypes.All)}; one is {Reading.Preview.Of(type)}");
        }

        return Of("related") with
        {
            RelationTypes = types.Length == 0 ? null : [.. types.Select(RelationTypes.Canonical).Distinct()],
            MinStrength = query.Fraction("minStrength") ?? UsualStrength,
            Limit = query.Number("limit", 1, DiscoveryApi.MostTools) ?? UsualRelated,
        };
    }

    private static ToolDiscoveryRequest Similar(QueryReader query) => Of("similar") with
    {
        MinStrength = query.Fraction("minSimilarity") ?? UsualSimilarity,
        Limit = query.Number("limit", 1, DiscoveryApi.MostTools) ?? UsualSimilar,
    };

    private static ToolDiscoveryRequest UsedWith(QueryReader query) => Of("used-with") with { Limit = query.Number("limit", 1, DiscoveryApi.MostTools) ?? UsualRelated };
}

/// <summary>Answers the lists. Thread-safe.</summary>
internal sealed class ToolLists(DiscoveryClient discovery, IAccessControl access, IDbContextFactory<RegistryDbContext> contexts)
{
    /// <summary>Asks for a list that starts from a tool.</summary>
    /// <param name="reference">Uuid or slug of the tool.</param>
    /// <param name="context">The request.</param>
    /// <param name="read">Makes the question of the parameters.</param>
    public async Task<IResult> AnswerAsync(string reference, HttpContext context, Func<QueryReader, ToolDiscoveryRequest> read)
    {
        var query = new QueryReader(context.Request.Query);
        var request = read(query);
        if (query.Problem is { } problem)
        {
            return problem;
        }

        await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
        if (await ToolTarget.FindAsync(db.Set<Tool>().AsNoTracking(), reference, context.RequestAborted) is not { } tool)
        {
            return ToolTarget.NotFound(reference);
        }

        var (asker, refusal) = await DiscoveryCaller.ReadAsync(context, agentId: null, userId: null, access, db);
        if (asker is null)
        {
            return refusal!;
        }

        var reply = await discovery.AskAsync<ToolRecommendationUpdated>(
            request with { RequestId = context.TraceIdentifier, AgentId = asker.AgentId, UserId = asker.UserId, ToolId = tool.Id.ToString() }, asker.Caller, context.RequestAborted);
        return reply.Problem as IResult ?? Results.Json(RelatedTools.Of(reply.Answer!, request.Limit), WireJson.Options);
    }
}

/// <summary>A list of tools as discovery has answered it: always one page (platform spec 4.4).</summary>
/// <param name="Items">In the order of platform spec 7.2.</param>
/// <param name="Total">Elements of the list.</param>
/// <param name="Page">Always 1.</param>
/// <param name="Limit">Most elements that were asked for.</param>
/// <param name="Pages">1, or 0 when there are no elements.</param>
/// <param name="GraphEpoch">State of the graph it was made from.</param>
/// <param name="Degraded">True when it may be partial because a store is away.</param>
internal sealed record RelatedTools(IReadOnlyList<ToolRecommendation> Items, long Total, int Page, int Limit, long Pages, long GraphEpoch, bool Degraded)
{
    /// <summary>Of an answer.</summary>
    /// <param name="answer">What discovery says.</param>
    /// <param name="limit">Absent: all were asked for.</param>
    public static RelatedTools Of(ToolRecommendationUpdated answer, int? limit)
    {
        var count = answer.Recommendations.Count;
        return new RelatedTools(answer.Recommendations, count, 1, limit ?? Math.Max(1, count), count == 0 ? 0 : 1, answer.GraphEpoch, answer.Degraded);
    }
}
