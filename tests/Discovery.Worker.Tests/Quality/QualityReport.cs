using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Capns.Discovery.Worker.Tests.Quality;

/// <summary>Counts the data; the README of <c>bench/quality</c> holds this text word for word.</summary>
internal static partial class QualityReport
{
    /// <summary>The counts by domain and kind, and how many queries share no word with their tools, in Markdown.</summary>
    public static string Counts()
    {
        var text = new StringBuilder();
        text.Append(Table("Domain", QualityData.Tools.Select(tool => tool.Domain), DomainOf, withTools: true));
        text.Append('\n');
        text.Append(Table("Kind", QualityData.Queries.Select(query => query.Kind), query => query.Kind, withTools: false));
        text.Append('\n');
        text.Append(Line("Queries without a telling word of their tools", WithoutTellingWord()));
        text.Append(Line("Queries with more than one right answer", QualityData.Queries.Where(query => query.Best.Count > 1)));
        return text.ToString();
    }

    /// <summary>The domain of the first tool that answers the query.</summary>
    public static string DomainOf(LabelledQuery query) => QualityData.DomainOf[query.Best[0]];

    /// <summary>The words of a text: runs of letters and digits in lower case.</summary>
    public static IEnumerable<string> Words(string text) => Word().Matches(text).Select(match => match.Value.ToLowerInvariant());

    /// <summary>Everything that a definition says in words.</summary>
    public static string Text(QualityTool tool) => string.Join(
        ' ',
        [
            tool.Slug, tool.Name, tool.DisplayName, tool.Description, .. tool.Tags, .. tool.Capabilities, tool.Parameters.GetRawText(),
            .. tool.Examples.Select(example => $"{example.Name} {example.Input}"),
        ]);

    /// <summary>The words of a text with one blank between them.</summary>
    public static string Joined(string text) => string.Join(' ', Words(text));

    /// <summary>The values that are there more than once.</summary>
    public static IEnumerable<string> Repeated(IEnumerable<string> values) =>
        values.GroupBy(value => value, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).Select(group => group.Key);

    private static string Line(string what, IEnumerable<LabelledQuery> queries)
    {
        var parts = queries.ToLookup(query => query.Part);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {parts[QualitySplit.Tune].Count()} tune, {parts[QualitySplit.Measured].Count()} measured.\n");
    }

    private static string Table(string title, IEnumerable<string> names, Func<LabelledQuery, string> groupOf, bool withTools)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| {title} |{(withTools ? " Tools |" : "")} Tune | Measured |\n");
        text.Append(withTools ? "|---|---|---|---|\n" : "|---|---|---|\n");
        foreach (var group in names.Distinct().Order(StringComparer.Ordinal))
        {
            Row(group, QualityData.Queries.Where(query => groupOf(query) == group), QualityData.Tools.Count(tool => tool.Domain == group));
        }

        Row("all", QualityData.Queries, QualityData.Tools.Count);
        return text.ToString();

        void Row(string name, IEnumerable<LabelledQuery> queries, int tools)
        {
            var parts = queries.ToLookup(query => query.Part);
            text.Append(CultureInfo.InvariantCulture, $"| {name} | ");
            text.Append(withTools ? string.Create(CultureInfo.InvariantCulture, $"{tools} | ") : "");
            text.Append(CultureInfo.InvariantCulture, $"{parts[QualitySplit.Tune].Count()} | {parts[QualitySplit.Measured].Count()} |\n");
        }
    }

    // A telling word stands in fewer than a tenth of the tools; it counts only letter by letter, without any stemming.
    private static IEnumerable<LabelledQuery> WithoutTellingWord()
    {
        var texts = QualityData.Tools.ToDictionary(tool => tool.Slug, tool => Words(Text(tool)).ToHashSet());
        var common = texts.Values.SelectMany(words => words).GroupBy(word => word)
            .Where(group => group.Count() * 10 >= texts.Count).Select(group => group.Key).ToHashSet();
        return QualityData.Queries.Where(query =>
            !query.Best.Any(slug => Words(query.Query).Except(common).Any(texts[slug].Contains)));
    }

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();
}
