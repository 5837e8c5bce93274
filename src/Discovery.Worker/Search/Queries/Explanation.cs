using Capns.Discovery.Worker.Catalogue;
using Capns.Discovery.Worker.Search.Indexing;

namespace Capns.Discovery.Worker.Search.Queries;

/// <summary>Says why a tool was found: reads its words once more, so that the index need not keep them.</summary>
internal static class Explanation
{
    [ThreadStatic]
    private static ToolText? _ofThread;

    /// <summary>The words of a query that a tool answers, in their order; of each the best.</summary>
    public static IReadOnlyList<MatchedWord> Of(QueryPlan plan, CatalogueTool tool)
    {
        var found = new Dictionary<string, (string Word, SortedSet<ToolField> Fields)>(StringComparer.Ordinal);
        (_ofThread ??= new ToolText(mostRemembered: 2_000)).ReadAll(tool, (field, word, term) =>
        {
            if (!found.TryGetValue(term, out var known))
            {
                found[term] = known = (word.ToString(), []);
            }

            known.Fields.Add(field);
        });

        return
        [
            .. from word in plan.Words
               let best = word.Alternatives.FirstOrDefault(alternative => found.ContainsKey(alternative.Term))
               where best is not null
               select new MatchedWord(word.Text, found[best.Term].Word, best.Kind, [.. found[best.Term].Fields]),
        ];
    }

    /// <summary>The fields as people call them, e.g. <c>name, tags</c>; each once, the weightiest first.</summary>
    public static string FieldsOf(IEnumerable<MatchedWord> words) =>
        string.Join(", ", words.SelectMany(word => word.Fields).Distinct().Order().Select(NameOf).Distinct());

    /// <summary>E.g. <c>Best match for the words of the request: summary, pdf (in name, tags).</c></summary>
    public static string Sentence(IReadOnlyList<MatchedWord> words) => words.Count == 0
        ? "Best match for the words of the request."
        : $"Best match for the words of the request: {string.Join(", ", words.Select(word => word.Found).Distinct())} (in {FieldsOf(words)}).";

    private static string NameOf(ToolField field) => field switch
    {
        ToolField.Name or ToolField.DisplayName => "name",
        ToolField.Tags => "tags",
        ToolField.Capabilities => "capabilities",
        ToolField.Description => "description",
        ToolField.Parameters => "parameters",
        ToolField.Examples => "examples",
        _ => "category",
    };
}

/// <summary>A word of a query and what answers it in a tool.</summary>
/// <param name="Word">As it was typed, folded.</param>
/// <param name="Found">As it stands in the tool, folded.</param>
/// <param name="Kind">How the two belong together.</param>
/// <param name="Fields">Where it stands, the weightiest first.</param>
internal sealed record MatchedWord(string Word, string Found, MatchKind Kind, IReadOnlyList<ToolField> Fields);
