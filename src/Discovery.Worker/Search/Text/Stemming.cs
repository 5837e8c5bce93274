namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Makes the term by which a word is found: American spelling, then the stem. Pure; remembers what it has made.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="mostRemembered">Words; when there are more, all are forgotten.</param>
internal sealed class Stemming(int mostRemembered)
{
    private readonly Dictionary<string, string> _terms = new(StringComparer.Ordinal);

    /// <summary>The term of a word.</summary>
    /// <param name="word">Folded, not empty, at most <see cref="TextReader.LongestWord"/> characters.</param>
    public string TermOf(ReadOnlySpan<char> word)
    {
        var bySpan = _terms.GetAlternateLookup<ReadOnlySpan<char>>();
        if (bySpan.TryGetValue(word, out var known))
        {
            return known;
        }

        var term = Make(word);
        if (_terms.Count == mostRemembered)
        {
            _terms.Clear();
        }

        bySpan[word] = term;
        return term;
    }

    private static string Make(ReadOnlySpan<char> word)
    {
        Span<char> room = stackalloc char[TextReader.LongestWord + 4];
        word.CopyTo(room);
        var length = EnglishSpelling.Fold(room, word.Length);

        // Several of what has no vowels: "PDFs". The stemmer takes no s from a word without one.
        if (length > 3 && room[length - 1] == 's' && room[length - 2] != 's' && !room[..length].ContainsAny(EnglishStemmer.Vowels) && char.IsAsciiLetter(room[length - 2]))
        {
            length--;
        }

        return room[..EnglishStemmer.Stem(room, length)].ToString();
    }
}
