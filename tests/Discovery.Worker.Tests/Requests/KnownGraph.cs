using Capns.Discovery.Worker.Graph;
using Capns.Discovery.Worker.Graph.Reading;

namespace Capns.Discovery.Worker.Tests.Requests;

/// <summary>A graph that holds what a test says, remembers what it was asked, and can be away.</summary>
internal sealed class KnownGraph : IGraphAnswers
{
    public bool IsAway { get; set; }

    public List<ToolRelation> Relations { get; } = [];

    public Dictionary<string, List<AgentUse>> Uses { get; } = [];

    public List<ContextSuggestion> Suggestions { get; } = [];

    public Dependencies Closure { get; set; } = new([], [], [], Truncated: false);

    public List<IReadOnlyCollection<Guid>> Asked { get; } = [];

    public int UsesAsked { get; private set; }

    public Task<GraphAnswer<IReadOnlyList<ToolRelation>>> NeighboursAsync(IReadOnlyCollection<Guid> seeds, CancellationToken cancellationToken)
    {
        Asked.Add(seeds);
        return Answer<IReadOnlyList<ToolRelation>>([.. Relations.Where(relation => seeds.Contains(relation.From) || seeds.Contains(relation.To))]);
    }

    public Task<GraphAnswer<Dependencies>> DependenciesAsync(Guid tool, bool reverse, CancellationToken cancellationToken) => Answer(Closure);

    public Task<GraphAnswer<IReadOnlyList<AgentUse>>> UsesAsync(string agentId, CancellationToken cancellationToken)
    {
        UsesAsked++;
        return Answer<IReadOnlyList<AgentUse>>(Uses.GetValueOrDefault(agentId) ?? []);
    }

    public Task<GraphAnswer<IReadOnlyList<ContextSuggestion>>> SuggestionsAsync(
        IReadOnlyCollection<string> patterns, IReadOnlyCollection<string> keywords, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<ContextSuggestion>>(Suggestions);

    private Task<GraphAnswer<T>> Answer<T>(T value)
        where T : class => Task.FromResult(IsAway ? new GraphAnswer<T>(null, Store: null, Degraded: true) : new GraphAnswer<T>(value, "a test", Degraded: false));
}
