using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Reading;
using Capns.Discovery.Worker.Recommendations;
using Capns.Discovery.Worker.Rights;

namespace Capns.Discovery.Worker.Requests;

/// <summary>What the graph knows of the situation a question is asked in.</summary>
/// <param name="Associations">By place; absent: no tool is in use, or nobody could say.</param>
/// <param name="Own">By place, the agent's own uses; absent: no agent asks, or nobody could say.</param>
/// <param name="Topics">By place, what feedback in like situations says.</param>
/// <param name="Seeds">The tools in use.</param>
/// <param name="SeedsAreNamed">True: the request named them.</param>
/// <param name="Degraded">True when a store that should have answered is away.</param>
internal sealed record Situation(
    IReadOnlyDictionary<int, Association>? Associations,
    IReadOnlyDictionary<int, (long N, double S)>? Own,
    IReadOnlyDictionary<int, Relevance> Topics,
    IReadOnlySet<Guid> Seeds,
    bool SeedsAreNamed,
    bool Degraded)
{
    /// <summary>What the agent has used: what the request names, and its history.</summary>
    public IReadOnlySet<Guid> Used { get; init; } = Seeds;

    /// <summary>Nothing is looked at: other modes than <c>recommend</c> do not go by it.</summary>
    public static Situation None { get; } = new(null, null, new Dictionary<int, Relevance>(), new HashSet<Guid>(), SeedsAreNamed: false, Degraded: false);
}

/// <summary>Asks the graph about the situation of a question.</summary>
internal sealed class Situations(IGraphAnswers graph, TimeProvider time)
{
    /// <summary>Tools that an agent has used with success count as in use for so long (platform spec 7.4, <c>assoc</c>).</summary>
    private static readonly TimeSpan RecentUse = TimeSpan.FromDays(30);

    /// <summary>Tools of the agent's own history that count as in use; the best ones.</summary>
    private const int MostSeeds = 20;

    /// <summary>Tools that a request names as in use and whose relations are read: the first ones.</summary>
    private const int MostNamed = 50;

    /// <summary>Asks what the question's mode needs; different things at the same time.</summary>
    /// <param name="catalogue">Tools that are not in it are left out.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="rights">What the caller may run: of an agent's history nothing else is told.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<Situation> OfAsync(
        CatalogueSnapshot catalogue, DiscoveryQuestion question, RightsFilter rights, CancellationToken cancellationToken)
    {
        var named = question.Seeds.Select(catalogue.Find).OfType<CatalogueTool>().Select(tool => tool.Id).ToHashSet();
        if (question.Mode != DiscoveryMode.Recommend)
        {
            return question.Request.ExcludeUsed == true ? await UsedAsync(question, named, cancellationToken) : Situation.None;
        }

        var now = time.GetUtcNow();
        var suggestions = SuggestionsAsync(question, cancellationToken);
        var uses = await UsesAsync(question, cancellationToken);
        var seeds = named.Count > 0 ? named.Take(MostNamed).ToHashSet()
            : Successful((uses.Value ?? []).Where(use => catalogue.Find(use.ToolId) is { } tool && rights.MayRun(tool)), now);
        var neighbours = seeds.Count == 0
            ? new GraphAnswer<IReadOnlyList<ToolRelation>>(null, Store: null, Degraded: false)
            : await graph.NeighboursAsync(seeds, cancellationToken);
        var (topics, unsure) = await suggestions;
        return new Situation(
            neighbours.Value is { } relations ? Associations.Of(catalogue, seeds, relations, now) : null,
            HasHistory(question) && uses.Value is { } own ? Own(catalogue, own) : null,
            topics is null ? Situation.None.Topics : TopicRelevance.Of(catalogue, topics, TopicWords.Topics(question), TopicWords.Keywords(question), now),
            seeds,
            named.Count > 0,
            uses.Degraded || neighbours.Degraded || unsure)
        {
            Used = Used(named, uses),
        };
    }

    /// <summary>Of other modes: only what is to be left out.</summary>
    private async Task<Situation> UsedAsync(DiscoveryQuestion question, HashSet<Guid> named, CancellationToken cancellationToken)
    {
        var uses = await UsesAsync(question, cancellationToken);
        return Situation.None with { Used = Used(named, uses), Degraded = uses.Degraded };
    }

    private async Task<GraphAnswer<IReadOnlyList<AgentUse>>> UsesAsync(DiscoveryQuestion question, CancellationToken cancellationToken) =>
        question.Request.AgentId is { Length: > 0 } agent
            ? await graph.UsesAsync(agent, cancellationToken)
            : new GraphAnswer<IReadOnlyList<AgentUse>>([], Store: null, Degraded: false);

    /// <summary>Who is no agent has no history; that counts when categories are preferred, because only then tools differ by it.</summary>
    private static bool HasHistory(DiscoveryQuestion question) =>
        !string.IsNullOrEmpty(question.Request.AgentId) || question.Request.PreferredCategories is { Count: > 0 };

    private static HashSet<Guid> Used(HashSet<Guid> named, GraphAnswer<IReadOnlyList<AgentUse>> uses) =>
        named.Union((uses.Value ?? []).Select(use => use.ToolId)).ToHashSet();

    private async Task<(IReadOnlyList<ContextSuggestion>? Found, bool Degraded)> SuggestionsAsync(DiscoveryQuestion question, CancellationToken cancellationToken)
    {
        var (topics, keywords) = (TopicWords.Topics(question), TopicWords.Keywords(question));
        if (topics.Count == 0 && keywords.Count == 0)
        {
            return ([], false);
        }

        var answer = await graph.SuggestionsAsync(topics, keywords, cancellationToken);
        return (answer.Value, answer.Degraded);
    }

    private static HashSet<Guid> Successful(IEnumerable<AgentUse> uses, DateTimeOffset now) =>
    [
        .. uses.Where(use => now - use.LastUsed <= RecentUse && use.SuccessSum * 2 >= use.Frequency).Take(MostSeeds).Select(use => use.ToolId),
    ];

    private static Dictionary<int, (long N, double S)> Own(CatalogueSnapshot catalogue, IEnumerable<AgentUse> uses)
    {
        var own = new Dictionary<int, (long N, double S)>();
        foreach (var use in uses)
        {
            if (catalogue.PlaceOf(use.ToolId) is >= 0 and var place)
            {
                own[place] = (use.Frequency, use.SuccessSum);
            }
        }

        return own;
    }
}
