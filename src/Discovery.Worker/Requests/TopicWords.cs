using Capns.Discovery.Worker.Learning.Rules;

namespace Capns.Discovery.Worker.Requests;

/// <summary>A question's topics and words, written as feedback's are, so that they can be compared (platform spec 7.3, rule 6). Pure.</summary>
internal static class TopicWords
{
    /// <summary>Words of a question that are looked for among keywords.</summary>
    private const int MostWords = 20;

    /// <summary>Normalised topics; empty when nothing was said.</summary>
    public static IReadOnlySet<string> Topics(DiscoveryQuestion question) => question.Topics
        .Select(topic => string.Join(' ', Words.Of(topic).Distinct(StringComparer.Ordinal).Take(FeedbackContext.MostWords)))
        .Where(topic => topic.Length > 0)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Words in lower case, without those that say nothing.</summary>
    public static IReadOnlySet<string> Keywords(DiscoveryQuestion question) =>
        Words.Of(question.Words).Concat(question.Context.Keywords.SelectMany(Words.Of)).Distinct(StringComparer.Ordinal).Take(MostWords).ToHashSet(StringComparer.Ordinal);
}
