namespace Capns.Discovery.Worker.Recommendations;

/// <summary>How well tools fit what was asked, by their places; only tools that the filters let through.</summary>
internal interface IRelevances
{
    /// <summary>Every place once; a tool that is not there has 0.</summary>
    IEnumerable<int> Places { get; }

    /// <summary>Zero for a place that is not there.</summary>
    Relevance Of(int place);
}

/// <summary>Relevances that were worked out one by one. Immutable.</summary>
/// <param name="byPlace">By place.</param>
internal sealed class KnownRelevances(IReadOnlyDictionary<int, Relevance> byPlace) : IRelevances
{
    public IEnumerable<int> Places => byPlace.Keys;

    public Relevance Of(int place) => byPlace.GetValueOrDefault(place);
}
