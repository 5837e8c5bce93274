namespace Capns.Discovery.Worker.Graph.Reading;

/// <summary>What the graph says, wherever it could be read. Never throws for a store that is away.</summary>
internal interface IGraphAnswers
{
    /// <inheritdoc cref="IToolGraph.NeighboursAsync"/>
    Task<GraphAnswer<IReadOnlyList<ToolRelation>>> NeighboursAsync(IReadOnlyCollection<Guid> seeds, CancellationToken cancellationToken);

    /// <inheritdoc cref="IToolGraph.DependenciesAsync"/>
    Task<GraphAnswer<Dependencies>> DependenciesAsync(Guid tool, bool reverse, CancellationToken cancellationToken);

    /// <inheritdoc cref="IToolGraph.UsesAsync"/>
    Task<GraphAnswer<IReadOnlyList<AgentUse>>> UsesAsync(string agentId, CancellationToken cancellationToken);

    /// <inheritdoc cref="IToolGraph.SuggestionsAsync"/>
    Task<GraphAnswer<IReadOnlyList<ContextSuggestion>>> SuggestionsAsync(
        IReadOnlyCollection<string> patterns, IReadOnlyCollection<string> keywords, CancellationToken cancellationToken);
}
