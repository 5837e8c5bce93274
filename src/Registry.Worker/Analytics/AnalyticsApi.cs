using System.Text.Json;
using System.Text.Json.Nodes;
using Capns.Access;
using Capns.Contracts.Executions;
using Capns.Contracts.Json;
using Capns.Registry.Worker.Access;
using Capns.Registry.Worker.Api;
using Capns.Registry.Worker.Api.Description;
using Capns.Registry.Worker.Persistence;
using Capns.Registry.Worker.Reading;
using Microsoft.EntityFrameworkCore;

namespace Capns.Registry.Worker.Analytics;

/// <summary>How tools are used, how fast they are and what they cost (platform spec 4.3). Without <c>analytics:read</c>: only one's own.</summary>
internal static class AnalyticsApi
{
    private const string Permission = "analytics:read";

    private static readonly QueryMark[] Filters =
    [
        new("timeRange", "string", "the last hours, days or weeks, e.g. 24h, 30d"),
        new("from", "string", "ISO 8601 time; default: 7 days before to"),
        new("to", "string", "ISO 8601 time; default: now"),
        new("bucket", "string", "hour or day; default: hour up to two days"),
        new("toolId", "string", "uuid or slug of one tool"),
        new("agentId", "string", "one agent"),
        new("limit", "integer", "tools that are listed", 1, 100),
    ];

    /// <summary>Maps the paths.</summary>
    public static void MapAnalytics(this IEndpointRouteBuilder app)
    {
        var analytics = app.MapGroup("/api/v1/analytics");
        Map<UsageFigures>(analytics, "/usage", "How much ran, and how it ended", durations: false, Usage, sum => sum.Executions);
        Map<PerformanceFigures>(analytics, "/performance", "How long runs took", durations: true, Performance, sum => sum.Runs);
        Map<CostFigures>(analytics, "/costs", "What runs cost", durations: false, Costs, sum => (double)sum.Cost);
        Map<PopularFigures>(analytics, "/popular", "Which tools ran most", durations: false, Popular, sum => sum.Executions);
    }

    private static void Map<T>(
        RouteGroupBuilder group, string path, string summary, bool durations, Func<UsageSum, object> show, Func<UsageSum, double> weight) =>
        group.MapGet(path, (HttpContext context, UsageAnswers answers) => answers.AnswerAsync(context, durations, show, weight)).RequiresLogin()
            .Describe("Analytics", summary).Filters(Filters).Gives<AnalyticsResource<T>>().Refuses(ErrorCodes.ToolNotFound);

    private static object Usage(UsageSum sum) =>
        new { sum.Executions, sum.Completed, sum.Failed, sum.Cancelled, sum.Rejected, sum.Expired, sum.SuccessRate };

    private static object Performance(UsageSum sum) => new
    {
        sum.Runs,
        sum.AverageMs,
        p50Ms = sum.Durations.Quantile(0.5),
        p95Ms = sum.Durations.Quantile(0.95),
        p99Ms = sum.Durations.Quantile(0.99),
        sum.SuccessRate,
    };

    private static object Costs(UsageSum sum) => new { sum.Cost, sum.Executions, sum.CpuSeconds, sum.MemoryGbSeconds };

    private static object Popular(UsageSum sum) => new { sum.Executions, sum.SuccessRate, sum.AverageMs };

    /// <summary>Answers the four questions.</summary>
    internal sealed class UsageAnswers(UsageStore store, IAccessControl access, IDbContextFactory<RegistryDbContext> contexts, TimeProvider time)
    {
        /// <summary>Totals, steps of time in order, and the tools with most first.</summary>
        public async Task<IResult> AnswerAsync(HttpContext context, bool durations, Func<UsageSum, object> show, Func<UsageSum, double> weight)
        {
            if (UsageQuery.Read(context.Request.Query, time.GetUtcNow(), out var wrong) is not { } query)
            {
                return wrong!;
            }

            var (scope, refusal) = await ScopeAsync(context, query);
            if (refusal is not null)
            {
                return refusal;
            }

            var tool = query.Tool is null ? null : await store.ToolAsync(query.Tool, context.RequestAborted);
            if (query.Tool is not null && tool is null)
            {
                return new ProblemResult(ErrorCodes.ToolNotFound, $"There is no tool {Preview.Of(query.Tool)}.");
            }

            var sums = await store.SumAsync(query, scope!, tool, context.RequestAborted);
            var top = sums.Tools.OrderByDescending(pair => weight(pair.Value)).ThenBy(pair => pair.Key).Take(query.Limit).ToList();
            if (durations)
            {
                await store.AddDurationsAsync(sums, query, scope!, tool, [.. top.Select(pair => pair.Key)], context.RequestAborted);
            }

            var names = await store.NamesAsync(top.Select(pair => pair.Key), context.RequestAborted);
            return Results.Json(
                new
                {
                    query.From,
                    query.To,
                    bucket = query.Grain,
                    totals = Shown(show(sums.Totals)),
                    buckets = sums.Buckets.OrderBy(pair => pair.Key).Select(pair => Shown(show(pair.Value), ("bucket", JsonValue.Create(Text(pair.Key))))),
                    items = top.Select(pair => Shown(
                        show(pair.Value),
                        ("toolId", pair.Key == Guid.Empty ? null : JsonValue.Create(pair.Key.ToString())),
                        ("slug", names.TryGetValue(pair.Key, out var name) ? JsonValue.Create(name.Slug) : null),
                        ("toolName", names.TryGetValue(pair.Key, out name) ? JsonValue.Create(name.Name) : null))),
                },
                WireJson.Options);
        }

        private async Task<(UsageScope? Scope, ProblemResult? Refusal)> ScopeAsync(HttpContext context, UsageQuery query)
        {
            var caller = context.Caller();
            await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
            var decision = await access.DecideAsync(caller, new AccessQuestion { Action = Permission, AgentId = query.AgentId }, db, context.RequestAborted);
            if (decision.Effect == AccessEffect.Allowed)
            {
                return (query.AgentId is null ? UsageScope.All : new UsageScope("agent", query.AgentId), null);
            }

            if (query.AgentId is null)
            {
                return (new UsageScope("caller", caller.Id), null);
            }

            return caller.Agents.Contains(query.AgentId) || (caller.Kind == CallerKind.Agent && caller.Id == query.AgentId)
                ? (new UsageScope("agent", query.AgentId), null)
                : (null, new ProblemResult(
                    ErrorCodes.InsufficientPermissions, $"Executions of agent {Preview.Of(query.AgentId)} are not yours; this needs permission {Permission}. {decision.Reason}"));
        }

        private static string Text(DateTimeOffset time) => JsonSerializer.SerializeToElement(time, WireJson.Options).GetString()!;

        private static JsonObject Shown(object sum, params (string Name, JsonNode? Value)[] more)
        {
            var shown = new JsonObject();
            foreach (var (name, value) in more.Where(member => member.Value is not null))
            {
                shown[name] = value;
            }

            foreach (var (name, value) in JsonSerializer.SerializeToNode(sum, WireJson.Options)!.AsObject().ToList())
            {
                shown[name] = value?.DeepClone();
            }

            return shown;
        }
    }
}
