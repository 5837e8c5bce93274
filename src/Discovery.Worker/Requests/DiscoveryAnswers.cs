using Capns.Contracts.Discovery;
using Capns.Contracts.Executions;
using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Rights;
using Capns.Discovery.Worker.Search;
using Capns.Discovery.Worker.Search.Capabilities;
using Capns.Discovery.Worker.Search.Queries;

namespace Capns.Discovery.Worker.Requests;

/// <summary>Answers questions: filters by rights and wishes, looks for words, asks the graph, ranks (platform spec 7.4, 7.5). Thread-safe.</summary>
internal sealed class DiscoveryAnswers(
    CurrentIndex index, CurrentFacts facts, Situations situations, RelationAnswers relations, ParameterSchemas parameters, TimeProvider time)
{
    /// <summary>The answer, or why there is none; never throws for a store that is away.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="rights">What the caller may run.</param>
    /// <param name="trigger"><c>discovery</c>, <c>learning</c> or <c>catalog</c>.</param>
    /// <param name="cancellationToken">Ends the look-ups.</param>
    public async Task<(ToolRecommendationUpdated? Answer, ErrorDetail? Refusal)> AnswerAsync(
        DiscoveryQuestion question, RightsFilter rights, string trigger, CancellationToken cancellationToken)
    {
        var tools = index.Current;
        var table = facts.For(tools.Snapshot);
        var provided = question.Capabilities.In(tools);
        var answers = new ToolAnswers(table, rights);
        var situation = await situations.OfAsync(tools.Snapshot, question, rights, cancellationToken);
        var allowed = Allowed(question, provided, table, rights, question.Request.ExcludeUsed == true ? situation.Used : new HashSet<Guid>());
        if (DiscoveryMode.NeedsTool(question.Mode))
        {
            var list = await relations.OfAsync(question, answers, tools.Snapshot, allowed, cancellationToken);
            return list.Refusal is { } refusal ? (null, refusal)
                : (await FinishAsync(question, table, list.Tools, trigger, situation.Degraded || list.Degraded, rights.IsStale, cancellationToken), null);
        }

        var ranked = Rank(question, tools, table, provided, situation, allowed);
        IReadOnlyList<ToolRecommendation> found = [.. ranked.Select(tool => answers.Of(tool, provided.MatchOf(tool.Place)?.Urn.ToString()))];
        return (await FinishAsync(question, table, found, trigger, situation.Degraded, rights.IsStale, cancellationToken), null);
    }

    private static IReadOnlyList<RankedTool> Rank(
        DiscoveryQuestion question, ToolIndex tools, FactsTable table, ProvidedCapabilities provided, Situation situation, Func<int, bool> allowed)
    {
        using var hits = question.Words is { } words ? tools.Search(words, allowed) : null;
        return Ranking.Rank(table, new RankingQuestion
        {
            Allowed = allowed,
            Relevance = hits is null ? Relevances(provided, allowed) : new WordRelevances(hits, Among(situation.Topics, allowed)),
            ExplainWords = hits is null ? null : place => Explanation.Sentence(hits.Explain(place)),
            Associations = situation.Associations,
            SeedsAreNamed = situation.SeedsAreNamed,
            OffersAll = question.Capabilities.Any,
            Own = situation.Own,
            PreferredCategories = (question.Request.PreferredCategories ?? []).ToHashSet(StringComparer.OrdinalIgnoreCase),
            CostLimit = (double?)question.Request.CostLimit,
            DurationLimitMs = question.Request.MaxExecutionTime,
            Limit = question.Limit,
            ByRelevanceOnly = question.Mode == DiscoveryMode.Search,
        });
    }

    private static Func<int, bool> Allowed(
        DiscoveryQuestion question, ProvidedCapabilities provided, FactsTable table, RightsFilter rights, IReadOnlySet<Guid> used)
    {
        var request = question.Request;
        var catalogue = table.Catalogue;
        var filter = new ToolFilter
        {
            MayRun = rights.MayRun,
            IncludeDeprecated = request.IncludeDeprecated == true,
            Ceiling = request.SecurityLevel,
            Categories = request.Categories ?? [],
            Tags = request.Tags ?? [],
            Excluded = request.ExcludeToolIds ?? [],
            MaxExecutionTimeMs = request.MaxExecutionTime,
            ExecutionTimeMs = tool => table.DurationMs(catalogue.PlaceOf(tool.Id)),
            CostLimit = request.CostLimit,
            Cost = tool => (decimal)table.Cost(catalogue.PlaceOf(tool.Id)),
        };
        return place => filter.Accepts(catalogue.Tools[place]) && !used.Contains(catalogue.Tools[place].Id) && provided.Accepts(place);
    }

    /// <summary>How well tools fit the URNs asked for: the most specific best. Null when none was asked for.</summary>
    private static KnownRelevances? Relevances(ProvidedCapabilities provided, Func<int, bool> allowed)
    {
        var tools = provided.ByUrn().Where(tool => allowed(tool.Place)).ToList();
        var best = tools.Select(tool => tool.Specificity).DefaultIfEmpty().Max();
        return !provided.HasUrns ? null : new KnownRelevances(tools.ToDictionary(
            tool => tool.Place,
            tool => new Relevance(best <= 0 ? 1 : Math.Max(0, (double)tool.Specificity / best), $"Provides {provided.MatchOf(tool.Place)!.Value.Urn}.", 0)));
    }

    private static IReadOnlyDictionary<int, Relevance> Among(IReadOnlyDictionary<int, Relevance> topics, Func<int, bool> allowed) =>
        topics.Count == 0 ? topics : topics.Where(topic => allowed(topic.Key)).ToDictionary(topic => topic.Key, topic => topic.Value);

    private async Task<ToolRecommendationUpdated> FinishAsync(
        DiscoveryQuestion question, FactsTable table, IReadOnlyList<ToolRecommendation> tools, string trigger, bool degraded, bool isAway, CancellationToken cancellationToken)
    {
        degraded |= isAway;
        if (question.Request.IncludeParameters == true && tools.Count > 0 && !isAway)
        {
            (tools, var missing) = await parameters.AddAsync(tools, cancellationToken);
            degraded |= missing;
        }

        return new ToolRecommendationUpdated
        {
            RequestId = question.Request.RequestId,
            AgentId = question.Request.AgentId,
            UserId = question.Request.UserId,
            Trigger = trigger,
            Mode = question.Mode,
            GeneratedAt = time.GetUtcNow(),
            // Below 0 before anything was read.
            GraphEpoch = Math.Max(0, table.Facts.Epoch),
            Degraded = degraded,
            Recommendations = tools,
        };
    }
}
