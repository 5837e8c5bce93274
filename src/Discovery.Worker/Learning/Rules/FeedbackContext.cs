using System.Text.Json;

namespace Capns.Discovery.Worker.Learning.Rules;

/// <summary>What feedback was about (platform spec 7.3, rule 6). Pure.</summary>
/// <param name="Pattern">The normalised topic: its words with blanks between.</param>
/// <param name="Keywords">At most 10 different words, in the order of the alphabet.</param>
internal sealed record FeedbackContext(string Pattern, IReadOnlyList<string> Keywords)
{
    /// <summary>Keywords of one context, and words of its topic.</summary>
    public const int MostWords = 10;

    /// <summary>Reads a context: text is the topic; an object's topic, else its intent, else its keywords.</summary>
    /// <param name="context">Text or object.</param>
    /// <returns>Null when it has no word that says anything.</returns>
    public static FeedbackContext? Of(JsonElement? context)
    {
        if (context is not { } given || given.ValueKind is not (JsonValueKind.String or JsonValueKind.Object))
        {
            return null;
        }

        var isText = given.ValueKind == JsonValueKind.String;
        string[] topic = isText ? Distinct(given.GetString()) : Distinct(Text(given, "topic"));
        string[] intent = isText ? [] : Distinct(Text(given, "intent"));
        string[] keywords = isText ? [] : Distinct(string.Join(' ', List(given, "keywords")));
        var pattern = new[] { topic, intent, keywords }.FirstOrDefault(words => words.Length > 0);
        return pattern is null
            ? null
            : new FeedbackContext(string.Join(' ', pattern.Take(MostWords)), Merge(keywords.Length > 0 ? keywords : [.. topic, .. intent], []));
    }

    /// <summary>Both lists as one, in the order of the alphabet, so that it does not matter which came first.</summary>
    public static IReadOnlyList<string> Merge(IReadOnlyList<string> some, IReadOnlyList<string> others) =>
        [.. some.Take(MostWords).Concat(others).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MostWords)];

    private static string[] Distinct(string? text) => [.. Words.Of(text).Distinct(StringComparer.Ordinal)];

    private static string? Text(JsonElement context, string name) =>
        context.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<string> List(JsonElement context, string name) =>
        context.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)
            : [];
}
