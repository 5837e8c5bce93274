using Capns.Discovery.Worker.Search.Text;

namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>Finds the phrases of the thesaurus in a query: at each place the longest.</summary>
internal static class Phrases
{
    public static IReadOnlyList<Phrase> Find(IReadOnlyList<QueryPart> parts)
    {
        var found = new List<Phrase>();
        for (var first = 0; first < parts.Count - 1; first++)
        {
            for (var count = Math.Min(Thesaurus.LongestPhrase, parts.Count - first); count > 1; count--)
            {
                var key = string.Join(' ', parts.Skip(first).Take(count).Select(part => part.Term));
                if (!Thesaurus.English.Of(key).IsEmpty)
                {
                    found.Add(new Phrase(key, first, count));
                    break;
                }
            }
        }

        return found;
    }
}

/// <summary>A phrase in a query.</summary>
/// <param name="Key">Its terms with single spaces between.</param>
/// <param name="First">The first part.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct Phrase(string Key, int First, int Count)
{
    public bool Covers(int part) => part >= First && part < First + Count;

    public string TextOf(IReadOnlyList<QueryPart> parts) => string.Join(' ', parts.Skip(First).Take(Count).Select(part => part.Text));
}
