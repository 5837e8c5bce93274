namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>What a query looks for. Depends on the index: what is not there is replaced by what is like it. Immutable.</summary>
internal sealed class QueryPlan
{
    /// <summary>Different words that are looked for; a query has hardly ever more.</summary>
    public const int MostWords = 32;

    /// <summary>Weight of a word that stands in any request.</summary>
    private const float FaintWeight = 0.3f;

    /// <summary>Weight of a word by itself when it is part of a phrase.</summary>
    private const float CoveredWeight = 0.6f;

    /// <summary>Weight of what a word means when another word of the query says just that.</summary>
    private const float SaidWeight = 0.4f;

    private QueryPlan(string text, IReadOnlyList<QueryWord> words) => (Text, Words) = (text, words);

    /// <summary>What was typed.</summary>
    public string Text { get; }

    /// <summary>In the order of the query, each once.</summary>
    public IReadOnlyList<QueryWord> Words { get; }

    /// <summary>Reads a query.</summary>
    public static QueryPlan Of(string text, ToolIndex index)
    {
        var parts = QueryReader.OfThread.Read(text);
        var words = new List<QueryWord>();
        var spelling = new Spelling(index);
        var order = WordOrder.Of(parts);
        var phrases = Phrases.Find(parts);
        var only = parts.All(part => part.IsStop);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < parts.Count && words.Count < MostWords; at++)
        {
            if ((!parts[at].IsStop || only) && seen.Add(parts[at].Term))
            {
                words.Add(Read(parts, at, phrases, spelling, index) with { Order = order[at] });
            }
        }

        // A phrase is as rare as what it leads to, however common its words are.
        foreach (var phrase in phrases.DistinctBy(phrase => phrase.Key).TakeWhile(_ => words.Count < MostWords))
        {
            var alternatives = new Alternatives(index);
            alternatives.AddMeanings(phrase.Key, 1);
            words.Add(new QueryWord(phrase.TextOf(parts), 1, order[phrase.First], alternatives.ToList()));
        }

        return new QueryPlan(text, [.. words.Select(word => WithoutSaid(word, seen))]);
    }

    /// <summary>A term that another word says literally counts little for this one: it would count twice.</summary>
    private static QueryWord WithoutSaid(QueryWord word, HashSet<string> said) => word with
    {
        Alternatives =
        [
            .. word.Alternatives
                .Select(other => other.Kind is MatchKind.Meaning && said.Contains(other.Term) ? other with { Weight = other.Weight * SaidWeight } : other)
                .OrderByDescending(other => other.Weight).ThenBy(other => other.Term, StringComparer.Ordinal),
        ],
    };

    private static QueryWord Read(IReadOnlyList<QueryPart> parts, int at, IReadOnlyList<Phrase> phrases, Spelling spelling, ToolIndex index)
    {
        var part = parts[at];
        var alternatives = new Alternatives(index);
        var covered = phrases.Any(phrase => phrase.Covers(at));
        alternatives.Add(part.Term, 1, MatchKind.Same);
        foreach (var form in part.Forms)
        {
            alternatives.Add(form, 0.9f, MatchKind.Joined);
        }

        foreach (var neighbour in new[] { at - 1, at + 1 })
        {
            if (neighbour >= 0 && neighbour < parts.Count)
            {
                var (left, right) = neighbour < at ? (parts[neighbour], part) : (part, parts[neighbour]);
                alternatives.Add(QueryReader.OfThread.TermOf(left.Text + right.Text), 0.9f, MatchKind.Joined);
            }
        }

        alternatives.AddMeanings(part.Term, 1);
        if (!alternatives.HasWord)
        {
            spelling.Guess(part, alternatives);
        }
        else if (at == parts.Count - 1)
        {
            spelling.AddLonger(part, alternatives, Spelling.KnownWeight);
        }

        return new QueryWord(part.Text, part.IsFaint ? FaintWeight : covered ? CoveredWeight : 1, at, alternatives.ToList());
    }
}
