using Capns.Discovery.Worker.Search.Text;

namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>Gathers what may stand for a word of a query; of the same term the best counts.</summary>
internal sealed class Alternatives(ToolIndex index)
{
    /// <summary>Terms for one word.</summary>
    private const int Most = 32;

    private readonly Dictionary<string, Alternative> _byTerm = new(StringComparer.Ordinal);

    /// <summary>True when the word itself, or with its neighbour, or another word for it stands in some tool.</summary>
    public bool HasWord => _byTerm.Count > 0;

    /// <summary>Adds a term when it stands in some tool.</summary>
    public void Add(string term, float weight, MatchKind kind)
    {
        if (_byTerm.TryGetValue(term, out var known))
        {
            if (known.Weight < weight)
            {
                _byTerm[term] = known with { Weight = weight, Kind = kind };
            }
        }
        else if (index.Resolve(term) is ( > 0 and var count, var places))
        {
            _byTerm[term] = new Alternative(term, weight, kind, count, places);
        }
    }

    /// <summary>Adds what the thesaurus knows.</summary>
    /// <param name="key">A term, or those of a phrase.</param>
    /// <param name="factor">How surely it is meant at all.</param>
    public void AddMeanings(string key, float factor)
    {
        foreach (var meaning in Thesaurus.English.Of(key))
        {
            Add(meaning.Term, meaning.Weight * factor, MatchKind.Meaning);
        }
    }

    /// <summary>The best first.</summary>
    public IReadOnlyList<Alternative> ToList() =>
    [
        .. _byTerm.Values.OrderByDescending(alternative => alternative.Weight).ThenBy(alternative => alternative.Term, StringComparer.Ordinal).Take(Most),
    ];
}
