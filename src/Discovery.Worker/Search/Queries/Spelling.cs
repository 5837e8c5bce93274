using Capns.Discovery.Worker.Search.Text;

namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>Finds what was meant by a word that stands in no tool: a typing error, the beginning of a word, or two words in one.</summary>
internal sealed class Spelling(ToolIndex index)
{
    /// <summary>Weight of a longer word when the word itself is there too.</summary>
    public const float KnownWeight = 0.2f;

    /// <summary>Weight of a longer word when the word itself is not there.</summary>
    private const float UnknownWeight = 0.6f;

    /// <summary>Words of one query that are guessed at: the rest stays unknown, so that time is bounded.</summary>
    private const int MostGuesses = 12;

    /// <summary>Terms that one word is taken for.</summary>
    private const int MostFound = 6;

    private int _guesses;

    /// <summary>Adds what a word may have been meant as.</summary>
    public void Guess(QueryPart part, Alternatives alternatives)
    {
        if (StopWords.IsKnown(part.Text) || _guesses++ >= MostGuesses)
        {
            return;
        }

        var most = part.Text.All(char.IsDigit) ? 0 : part.Text.Length switch { < 4 => 0, < 8 => 1, _ => 2 };
        if (most > 0)
        {
            if (Thesaurus.English.Correct(part.Text, most) is { } meant)
            {
                alternatives.Add(meant, WeightOf(part, 1), MatchKind.Typo);
                alternatives.AddMeanings(meant, WeightOf(part, 1));
            }

            AddSimilar(part, most, alternatives);
        }

        AddLonger(part, alternatives, UnknownWeight);
        AddHalves(part, alternatives);
    }

    /// <summary>Adds words that begin with this one, the shorter and commoner first.</summary>
    public void AddLonger(QueryPart part, Alternatives alternatives, float weight)
    {
        // As it was typed: what is not yet a word has no stem.
        var beginning = part.Text;
        if (beginning.Length < 3)
        {
            return;
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var segment in index.Segments)
        {
            segment.Segment.Terms.FindBeginning(beginning, beginning.Length + 8, term => found.Add(term));
        }

        foreach (var term in Best(found.Select(term => (term, Errors: term.Length - beginning.Length))))
        {
            alternatives.Add(term.Term, weight * beginning.Length / term.Term.Length, MatchKind.Beginning);
        }
    }

    private void AddSimilar(QueryPart part, int most, Alternatives alternatives)
    {
        var found = new HashSet<(string Term, int Errors)>();
        foreach (var segment in index.Segments)
        {
            segment.Segment.Terms.FindSimilar(part.Term, most, (term, errors) =>
            {
                // Whoever types few letters gets the first one right.
                if (term[0] == part.Term[0] || part.Text.Length > 5)
                {
                    found.Add((term, errors));
                }
            });
        }

        foreach (var (term, errors) in Best(found))
        {
            var weight = WeightOf(part, errors);
            alternatives.Add(term, weight, MatchKind.Typo);
            if (errors == 1)
            {
                alternatives.AddMeanings(term, weight);
            }
        }
    }

    private void AddHalves(QueryPart part, Alternatives alternatives)
    {
        for (var at = 3; at <= part.Text.Length - 3; at++)
        {
            var (left, right) = (QueryReader.OfThread.TermOf(part.Text[..at]), QueryReader.OfThread.TermOf(part.Text[at..]));
            if (index.Resolve(left).Count > 0 && index.Resolve(right).Count > 0)
            {
                alternatives.Add(left, 0.6f, MatchKind.Joined);
                alternatives.Add(right, 0.6f, MatchKind.Joined);
            }
        }
    }

    /// <summary>Those with the fewest errors that stand in some tool, the commoner first.</summary>
    private List<(string Term, int Errors)> Best(IEnumerable<(string Term, int Errors)> found) =>
    [
        .. found.Select(term => (term.Term, term.Errors, index.Resolve(term.Term).Count))
            .Where(term => term.Count > 0)
            .OrderBy(term => term.Errors).ThenByDescending(term => term.Count).ThenBy(term => term.Term, StringComparer.Ordinal)
            .Take(MostFound)
            .Select(term => (term.Term, term.Errors)),
    ];

    /// <summary>The longer the word, the surer what was meant.</summary>
    private static float WeightOf(QueryPart part, int errors) => (part.Text.Length, errors) switch
    {
        ( <= 4, _) => 0.45f,
        ( <= 7, _) => 0.65f,
        (_, 1) => 0.8f,
        _ => 0.5f,
    };
}
