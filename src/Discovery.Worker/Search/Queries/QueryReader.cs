using Capns.Discovery.Worker.Search.Text;
using TextReader = Capns.Discovery.Worker.Search.Text.TextReader;

namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>Reads the words of a query. One to a thread.</summary>
internal sealed class QueryReader
{
    /// <summary>Characters that are read (platform spec 3.20).</summary>
    public const int LongestQuery = 500;

    [ThreadStatic]
    private static QueryReader? _ofThread;

    private readonly TextReader _reader = new();
    private readonly Stemming _stemming = new(mostRemembered: 2_000);

    public static QueryReader OfThread => _ofThread ??= new QueryReader();

    /// <summary>The parts of a text, and what else each of them may be written as.</summary>
    public IReadOnlyList<QueryPart> Read(string text)
    {
        _reader.Read(text.AsSpan(0, Math.Min(text.Length, LongestQuery)));
        var parts = new List<QueryPart>(_reader.Parts);
        foreach (var token in _reader.Tokens)
        {
            var word = _reader[token];
            var term = _stemming.TermOf(word);
            if (token.Kind == TokenKind.Part)
            {
                parts.Add(new QueryPart(word.ToString(), term, StopWords.IsStop(word), StopWords.IsFaint(word) || !word.ContainsAnyExceptInRange('0', '9'), []));
            }
            else
            {
                for (var part = token.First; part <= token.Last; part++)
                {
                    parts[part].Forms.Add(term);
                }
            }
        }

        return parts;
    }

    /// <summary>The terms of a name's parts, one after the other.</summary>
    public void ReadTerms(string name, Action<string> take)
    {
        _reader.Read(name);
        foreach (var token in _reader.Tokens)
        {
            if (token.Kind == TokenKind.Part)
            {
                take(_stemming.TermOf(_reader[token]));
            }
        }
    }

    /// <summary>The term of a folded word.</summary>
    public string TermOf(string word) => _stemming.TermOf(word.AsSpan(0, Math.Min(word.Length, TextReader.LongestWord)));
}

/// <summary>A word of a text.</summary>
/// <param name="Text">Folded, not stemmed.</param>
/// <param name="Term">What it is found by.</param>
/// <param name="IsStop">It says nothing.</param>
/// <param name="IsFaint">It says little.</param>
/// <param name="Forms">Terms that it is a part of, or that are a part of it.</param>
internal sealed record QueryPart(string Text, string Term, bool IsStop, bool IsFaint, List<string> Forms);
