namespace Capns.Discovery.Worker.Search.Text;

/// <summary>Reads the words that say something out of a text: for topics and keywords (platform spec 7.3, rule 6). Thread-safe.</summary>
internal static class Words
{
    [ThreadStatic]
    private static (TextReader Reader, Stemming Stemming)? _ofThread;

    /// <summary>The words of a text, lower case and folded, each once, without stop words, in their order.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">No more than this, at least 0.</param>
    /// <remarks>Words of one stem count as the same; the first is kept. A text of stop words only has none.</remarks>
    public static IReadOnlyList<Word> Of(string text, int most)
    {
        var (reader, stemming) = _ofThread ??= (new TextReader(), new Stemming(mostRemembered: 2_000));
        reader.Read(text);
        var (words, seen) = (new List<Word>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var token in reader.Tokens)
        {
            if (words.Count == most)
            {
                break;
            }

            var word = reader[token];
            if (token.Kind == TokenKind.Part && !StopWords.IsStop(word) && stemming.TermOf(word) is var term && seen.Add(term))
            {
                words.Add(new Word(word.ToString(), term));
            }
        }

        return words;
    }

    /// <summary>A topic as it is compared: its terms with single spaces between; empty when it says nothing.</summary>
    /// <param name="text">E.g. <c>Summarising PDFs</c>, which is <c>summar pdf</c>.</param>
    /// <param name="most">Words, at least 1.</param>
    public static string Topic(string text, int most) => string.Join(' ', Of(text, most).Select(word => word.Term));
}

/// <summary>A word of a text.</summary>
/// <param name="Text">Lower case and folded: to be shown.</param>
/// <param name="Term">Its stem: to be compared.</param>
internal readonly record struct Word(string Text, string Term);
