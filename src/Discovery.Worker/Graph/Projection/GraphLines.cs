using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Capns.Discovery.Worker.Graph.Projection;

/// <summary>Nodes and relations as lines of text that are equal when the things are, whichever store they come from. Pure.</summary>
internal static class GraphLines
{
    /// <summary>Properties that only the projection needs.</summary>
    private static readonly string[] Bookkeeping = [GraphTexts.Stamp, GraphKey.Property];

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Node(string label, IEnumerable<KeyValuePair<string, object?>> properties) => $"{label} {Properties(properties)}";

    public static string Relation(
        string fromLabel, string from, string type, string toLabel, string to, IEnumerable<KeyValuePair<string, object?>> properties) =>
        $"{fromLabel} {Value(from)} {type} {toLabel} {Value(to)} {Properties(properties)}";

    /// <summary>Everything of the truth.</summary>
    public static IReadOnlyList<string> Of(GraphFacts facts)
    {
        var lines = new List<string>();
        var tools = facts.Tools.Select(tool => tool.Text("id")).ToHashSet(StringComparer.Ordinal);
        lines.AddRange(facts.Tools.Select(tool => Node("Tool", tool)));
        lines.AddRange(Referred(facts).Where(id => !tools.Contains(id)).Distinct(StringComparer.Ordinal)
            .Select(id => Node("Tool", new GraphRow { ["id"] = id, [GraphTexts.Missing] = true })));
        lines.AddRange(facts.Provides.Select(row => row.Text("name")).Distinct(StringComparer.Ordinal)
            .Select(name => Node("Capability", new GraphRow { ["name"] = name })));
        lines.AddRange(facts.Provides.Select(row => Relation("Tool", row.Text("id"), "PROVIDES", "Capability", row.Text("name"), [])));
        lines.AddRange(facts.Relations.SelectMany(pair => pair.Value.Select(row =>
            Relation("Tool", row.Text("from"), pair.Key.Word(), "Tool", row.Text("to"), row.Without("from", "to")))));
        lines.AddRange(facts.Uses.Select(row => row.Text("agent")).Distinct(StringComparer.Ordinal)
            .Select(id => Node("Agent", new GraphRow { ["id"] = id })));
        lines.AddRange(facts.Uses.Select(row =>
            Relation("Agent", row.Text("agent"), "USES", "Tool", row.Text("tool"), row.Without("agent", "tool"))));
        lines.AddRange(facts.Contexts.Select(context => Node("Context", context)));
        lines.AddRange(facts.Suggests.Select(row =>
            Relation("Context", row.Text("pattern"), "SUGGESTS", "Tool", row.Text("tool"), row.Without("pattern", "tool"))));
        return Ordered(lines);
    }

    public static IReadOnlyList<string> Ordered(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Referred(GraphFacts facts) => facts.Relations.Values.SelectMany(rows => rows)
        .SelectMany(row => new[] { row.Text("from"), row.Text("to") })
        .Concat(facts.Uses.Select(row => row.Text("tool")))
        .Concat(facts.Suggests.Select(row => row.Text("tool")));

    private static string Properties(IEnumerable<KeyValuePair<string, object?>> properties) => "{" + string.Join(
        ", ",
        properties.Where(pair => pair.Value is not null && !Bookkeeping.Contains(pair.Key, StringComparer.Ordinal))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}: {Value(pair.Value)}")) + "}";

    private static string Value(object? value) => value switch
    {
        null => "null",
        string text => JsonSerializer.Serialize(text, Json),
        bool flag => flag ? "true" : "false",
        int or long => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        double number => GraphNumber.Text(number),
        IEnumerable list => "[" + string.Join(", ", list.Cast<object?>().Select(Value)) + "]",
        _ => throw new ArgumentException($"A property of type {value.GetType()} is not part of the graph."),
    };
}
