using System.Collections.Frozen;
using System.Numerics;

namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Words that mean about the same, from <c>Data/thesaurus.txt</c>. By terms, see <see cref="Stemming"/>. Immutable.</summary>
internal sealed class Thesaurus
{
    /// <summary>Words of a phrase.</summary>
    public const int LongestPhrase = 6;

    /// <summary>The same word in another form.</summary>
    private const float FormWeight = 0.9f;

    /// <summary>Another word for it.</summary>
    private const float SameWeight = 0.7f;

    /// <summary>What it may lead to.</summary>
    private const float LeadsWeight = 0.5f;

    /// <summary>What a phrase leads to: surer than what a word does.</summary>
    private const float PhraseWeight = 0.75f;

    /// <summary>One word of several that stand for it.</summary>
    private const float PartWeight = 0.6f;

    private readonly FrozenDictionary<string, Meaning[]> _meanings;
    private readonly (string Word, string Term)[] _words;
    private readonly ulong[] _sets;

    private Thesaurus(Dictionary<string, Dictionary<string, float>> entries, SortedDictionary<string, string> words)
    {
        _meanings = entries.ToFrozenDictionary(
            entry => entry.Key,
            entry => entry.Value.Select(meant => new Meaning(meant.Key, meant.Value))
                .OrderByDescending(meant => meant.Weight).ThenBy(meant => meant.Term, StringComparer.Ordinal).ToArray(),
            StringComparer.Ordinal);
        _words = [.. words.Select(word => (word.Key, word.Value))];
        _sets = Array.ConvertAll(_words, word => LetterSet.Of(word.Word));
    }

    /// <summary>The one that is embedded.</summary>
    public static Thesaurus English { get; } = Read(DataFile.Lines("thesaurus.txt"));

    /// <summary>What a word or phrase may mean, the likeliest first.</summary>
    /// <param name="term">A term, or those of a phrase with single spaces between.</param>
    public ReadOnlySpan<Meaning> Of(string term) => _meanings.TryGetValue(term, out var meanings) ? meanings : [];

    /// <summary>The term of the word that was meant, when one was typed with errors; null when there is none, the nearest of several.</summary>
    /// <param name="word">Folded, as it was typed: endings are mistyped as well, so the stem may be that of no word.</param>
    /// <param name="most">Errors, 1 or 2.</param>
    public string? Correct(string word, int most)
    {
        var (set, best) = (LetterSet.Of(word), (string?)null);
        for (var at = 0; at < _words.Length; at++)
        {
            if (BitOperations.PopCount(_sets[at] ^ set) <= 2 * most && _words[at].Word[0] == word[0]
                && TypingErrors.Count(word, _words[at].Word, most) is >= 1 and var errors)
            {
                (best, most) = (_words[at].Term, errors - 1);
                if (most == 0)
                {
                    break;
                }
            }
        }

        return best;
    }

    /// <summary>Reads lines of the form that the file describes.</summary>
    /// <exception cref="FormatException">A line is none of them.</exception>
    public static Thesaurus Read(IEnumerable<string> lines)
    {
        var (entries, stemming, reader) = (new Dictionary<string, Dictionary<string, float>>(StringComparer.Ordinal), new Stemming(10_000), new TextReader());
        var words = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var given = line[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var bar = Array.IndexOf(given, "|");
            var (from, to, weight) = line[0] switch
            {
                '~' when bar < 0 => (given, given, FormWeight),
                '=' when bar < 0 => (given, given, SameWeight),
                '>' when bar > 0 => (given[..bar], given[(bar + 1)..], LeadsWeight),
                _ => throw new FormatException($"Not a line of the thesaurus: '{line}'."),
            };
            foreach (var word in from)
            {
                foreach (var meant in to.Where(meant => meant != word))
                {
                    var (key, surely) = (Terms(word), word.Contains('_', StringComparison.Ordinal) && bar > 0 ? PhraseWeight : weight);
                    Add(key, Terms(meant), surely);
                    if (Shortened(key) is { } spoken)
                    {
                        Add(spoken, Terms(meant), surely);
                    }
                }
            }
        }

        return new Thesaurus(entries, words);

        string[] Terms(string word)
        {
            reader.Read(word.Replace('_', ' '));
            var parts = reader.Tokens.Where(token => token.Kind == TokenKind.Part).ToArray();
            foreach (var part in parts.Where(part => part.Length >= 4))
            {
                words[reader[part].ToString()] = stemming.TermOf(reader[part]);
            }

            return [.. parts.Select(part => stemming.TermOf(reader[part]))];
        }

        // Of "what's on" no more is read than "what on".
        static string[]? Shortened(string[] phrase)
        {
            var verb = phrase.Length > 2 ? Array.IndexOf(phrase, "is", 1) : -1;
            return verb > 0 && phrase[verb - 1] is ("what" or "who" or "where" or "when" or "how" or "it" or "that" or "there")
                ? [.. phrase[..verb], .. phrase[(verb + 1)..]]
                : null;
        }

        void Add(string[] from, string[] to, float weight)
        {
            var key = string.Join(' ', from);
            if (!entries.TryGetValue(key, out var meanings))
            {
                entries[key] = meanings = new Dictionary<string, float>(StringComparer.Ordinal);
            }

            // Of a phrase each word counts a little, and all as one word fully.
            foreach (var term in to.Append(string.Concat(to)).Where(term => term != key))
            {
                var share = to.Length > 1 && term.Length < to.Sum(part => part.Length) ? weight * PartWeight : weight;
                meanings[term] = Math.Max(meanings.GetValueOrDefault(term), share);
            }
        }
    }
}

/// <summary>What a word may mean.</summary>
/// <param name="Term">A single term.</param>
/// <param name="Weight">Above 0, below 1: how near it comes.</param>
internal readonly record struct Meaning(string Term, float Weight);
