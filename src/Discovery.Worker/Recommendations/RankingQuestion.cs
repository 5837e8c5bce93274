namespace Capns.Discovery.Worker.Recommendations;

/// <summary>Everything a ranking depends on, beside the tools and what was observed of them.</summary>
internal sealed record RankingQuestion
{
    /// <summary>True for the places of tools that may be in the answer: every filter has let them through.</summary>
    public required Func<int, bool> Allowed { get; init; }

    /// <summary>Only of tools that <see cref="Allowed"/> lets through. Absent: nothing was asked that a tool could fit.</summary>
    public IRelevances? Relevance { get; init; }

    /// <summary>Says of a place how its tool fits the words; asked for tools of the answer only.</summary>
    public Func<int, string>? ExplainWords { get; init; }

    /// <summary>By place; a tool that is not there has 0. Absent: no tool is in use, or the relations cannot be read.</summary>
    public IReadOnlyDictionary<int, Association>? Associations { get; init; }

    /// <summary>True: the request named the tools in use; false: they were taken from the agent's history.</summary>
    public bool SeedsAreNamed { get; init; }

    /// <summary>True: what the filters let through was asked for by more than words, so that a tool without any of these is offered too.</summary>
    public bool OffersAll { get; init; }

    /// <summary>By place, the agent's own observations and the sum of their outcomes. Absent: no agent asks, or its history cannot be read.</summary>
    public IReadOnlyDictionary<int, (long N, double S)>? Own { get; init; }

    /// <summary>Bonus only; compared without case.</summary>
    public IReadOnlySet<string> PreferredCategories { get; init; } = new HashSet<string>();

    /// <summary>Per run. Absent: what nine of ten tools cost at most.</summary>
    public double? CostLimit { get; init; }

    /// <summary>Milliseconds. Absent: what nine of ten tools take at most.</summary>
    public double? DurationLimitMs { get; init; }

    /// <summary>Tools in the answer, 1 to 50.</summary>
    public required int Limit { get; init; }

    /// <summary>True: by relevance alone (mode <c>search</c>, platform spec 7.5).</summary>
    public bool ByRelevanceOnly { get; init; }
}
