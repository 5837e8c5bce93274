using System.Collections;
using System.Globalization;
using System.Text;

namespace Capns.Discovery.Worker.Graph.Falkor;

/// <summary>
/// Parameters as FalkorDB takes them: <c>CYPHER name=literal …</c> in front of the query. Values cannot get out of their quotes. Pure.
/// </summary>
/// <remarks>In a string only the quote and the backslash mean something to the server; NUL would cut the query.</remarks>
internal static class FalkorLiterals
{
    /// <summary>The query with its parameters in front.</summary>
    /// <exception cref="ArgumentException">A name is not one, or a value cannot be written.</exception>
    public static string Query(CypherStatement statement)
    {
        if (statement.Parameters.Count == 0)
        {
            return statement.Text;
        }

        var text = new StringBuilder("CYPHER ");
        foreach (var (name, value) in statement.Parameters)
        {
            Name(text, name);
            text.Append('=');
            Literal(text, value);
            text.Append(' ');
        }

        return text.Append(statement.Text).ToString();
    }

    private static void Name(StringBuilder text, string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
        {
            throw new ArgumentException($"'{name}' is no name of a parameter: letters, digits and _ only, not a digit first.");
        }

        text.Append(name);
    }

    private static void Literal(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case int or long:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case double number:
                // Never with an exponent, which the server does not always read.
                text.Append(GraphNumber.Text(number));
                break;
            case string words:
                String(text, words);
                break;
            case IReadOnlyDictionary<string, object?> map:
                Map(text, map);
                break;
            case IEnumerable list:
                List(text, list);
                break;
            default:
                throw new ArgumentException($"A value of type {value.GetType()} cannot be a parameter.");
        }
    }

    private static void String(StringBuilder text, string words)
    {
        if (words.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A text with NUL cannot be a parameter.");
        }

        var escaped = words.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
        text.Append('\'').Append(escaped).Append('\'');
    }

    private static void Map(StringBuilder text, IReadOnlyDictionary<string, object?> map)
    {
        text.Append('{');
        var first = true;
        foreach (var (name, value) in map)
        {
            text.Append(first ? "" : ",");
            first = false;
            Name(text, name);
            text.Append(':');
            Literal(text, value);
        }

        text.Append('}');
    }

    private static void List(StringBuilder text, IEnumerable list)
    {
        text.Append('[');
        var first = true;
        foreach (var value in list)
        {
            text.Append(first ? "" : ",");
            first = false;
            Literal(text, value);
        }

        text.Append(']');
    }
}
