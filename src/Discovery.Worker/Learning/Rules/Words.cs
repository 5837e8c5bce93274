namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>Words of a text: runs of letters and digits in lower case, without those that say nothing. Pure.</summary>
internal static class Words
{
    /// <summary>Characters of the longest word that is kept; longer runs are data.</summary>
    private const int Longest = 64;

    private static readonly HashSet<string> Stop = new(
        [
            "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "do", "does", "for", "from", "had", "has", "have", "how", "if", "in", "into",
            "is", "it", "its", "me", "my", "no", "not", "of", "on", "or", "our", "so", "some", "such", "than", "that", "the", "their", "them", "then",
            "there", "these", "they", "this", "those", "to", "too", "us", "was", "we", "were", "what", "when", "which", "who", "will", "with", "you", "your",
        ],
        StringComparer.Ordinal);

    /// <summary>In their order, repeated ones too. Single characters are left out, except digits.</summary>
    public static IEnumerable<string> Of(string? text)
    {
        if (text is null)
        {
            yield break;
        }

        var start = -1;
        for (var at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && char.IsLetterOrDigit(text[at]))
            {
                start = start < 0 ? at : start;
                continue;
            }

            if (start >= 0 && Keep(text[start..at]) is { } word)
            {
                yield return word;
            }

            start = -1;
        }
    }

    private static string? Keep(string run)
    {
        var word = run.ToLowerInvariant();
        var says = word.Length is > 1 and <= Longest || char.IsDigit(word[0]) && word.Length == 1;
        return says && !Stop.Contains(word) ? word : null;
    }
}
