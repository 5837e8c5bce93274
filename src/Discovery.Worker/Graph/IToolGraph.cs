namespace Capns.Discovery.Worker.Graph;

/// <summary>Reads of the tool graph: the same answers from every store (one contract suite). Thread-safe.</summary>
/// <remarks>
/// Numbers have 12 decimals, times whole milliseconds. Every method throws <see cref="GraphAwayException"/>, or the database's
/// exception, when the store is away.
/// </remarks>
internal interface IToolGraph
{
    /// <summary><c>postgresql</c>, <c>neo4j</c> or <c>falkordb</c>.</summary>
    string Store { get; }

    /// <summary>Relations of some tools, whichever end they are at.</summary>
    /// <param name="seeds">Uuids; unknown ones have no relations.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>
    /// Each relation once, ordered by ids and type; per seed and type the <see cref="GraphLimits.RelationsPerSeed"/> of the largest
    /// <see cref="ToolRelation.Weight"/>.
    /// </returns>
    Task<IReadOnlyList<ToolRelation>> NeighboursAsync(IReadOnlyCollection<Guid> seeds, CancellationToken cancellationToken);

    /// <summary>What a tool requires, directly and through others; or what requires it.</summary>
    /// <param name="tool">Uuid.</param>
    /// <param name="reverse">True: dependents.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<Dependencies> DependenciesAsync(Guid tool, bool reverse, CancellationToken cancellationToken);

    /// <summary>What an agent has used: the best <see cref="GraphLimits.Uses"/> by <c>ewma</c>, then <c>frequency</c>, then id.</summary>
    Task<IReadOnlyList<AgentUse>> UsesAsync(string agentId, CancellationToken cancellationToken);

    /// <summary>
    /// Suggestions of contexts of one of these patterns, or with one of these keywords: the strongest
    /// <see cref="GraphLimits.Suggestions"/>.
    /// </summary>
    /// <returns>By strength, then pattern (ordinal), then tool.</returns>
    Task<IReadOnlyList<ContextSuggestion>> SuggestionsAsync(
        IReadOnlyCollection<string> patterns, IReadOnlyCollection<string> keywords, CancellationToken cancellationToken);

    /// <summary>How far the store has come; -1 when it holds nothing that can be used.</summary>
    Task<long> EpochAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Every node and relation with all its properties, a line each, ordered (ordinal): equal for stores that hold the same. For
    /// comparing; reads everything.
    /// </summary>
    Task<IReadOnlyList<string>> DumpAsync(CancellationToken cancellationToken);
}

/// <summary>How much one read gives at most.</summary>
internal static class GraphLimits
{
    /// <summary>Relations of one tool and one type.</summary>
    public const int RelationsPerSeed = 200;

    /// <summary>Tools that one agent has used.</summary>
    public const int Uses = 500;

    /// <summary>Suggestions for one question.</summary>
    public const int Suggestions = 500;

    /// <summary>Tools in a closure, without the one asked about.</summary>
    public const int Closure = 1000;

    /// <summary>Relations read for one level of a closure; more are cut off.</summary>
    public const int EdgesPerLevel = 20_000;
}
