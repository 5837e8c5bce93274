using System.Diagnostics.CodeAnalysis;

namespace Capns.Core.Validation;

/// <summary>The <c>\p{…}</c> of a pattern: general categories, under their short and long names.</summary>
internal static class PatternCategory
{
    private static readonly Dictionary<string, string> Categories = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Mark"] = "M",
        ["Combining_Mark"] = "M",
        ["Nonspacing_Mark"] = "Mn",
        ["Spacing_Mark"] = "Mc",
        ["Enclosing_Mark"] = "Me",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["digit"] = "Nd",
        ["Letter_Number"] = "Nl",
        ["Other_Number"] = "No",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Connector_Punctuation"] = "Pc",
        ["Dash_Punctuation"] = "Pd",
        ["Open_Punctuation"] = "Ps",
        ["Close_Punctuation"] = "Pe",
        ["Initial_Punctuation"] = "Pi",
        ["Final_Punctuation"] = "Pf",
        ["Other_Punctuation"] = "Po",
        ["Symbol"] = "S",
        ["Math_Symbol"] = "Sm",
        ["Currency_Symbol"] = "Sc",
        ["Modifier_Symbol"] = "Sk",
        ["Other_Symbol"] = "So",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Line_Separator"] = "Zl",
        ["Paragraph_Separator"] = "Zp",
        ["Other"] = "C",
        ["Control"] = "Cc",
        ["cntrl"] = "Cc",
        ["Format"] = "Cf",
        ["Surrogate"] = "Cs",
        ["Private_Use"] = "Co",
        ["Unassigned"] = "Cn",
    };

    private static readonly HashSet<string> ShortNames = [.. Categories.Values];

    /// <summary>Reads what stands after <c>\p</c> or <c>\P</c>.</summary>
    public static bool TryRead(
        string pattern, ref int at, bool negated, out PatternEscape escape, [NotNullWhen(false)] out string? problem)
    {
        escape = default;
        problem = null;
        var end = pattern.IndexOf('}', Math.Min(at, pattern.Length));
        if (at >= pattern.Length || pattern[at] != '{' || end < 0)
        {
            problem = @"\p needs {name}";
            return false;
        }

        var name = pattern[(at + 1)..end];
        at = end + 1;
        foreach (var prefix in (string[])["General_Category=", "gc="])
        {
            name = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }

        var category = Categories.GetValueOrDefault(name, name);
        var set = name switch
        {
            "Any" => negated ? null : @"\u0000-\uffff",
            "ASCII" => negated ? @"\u0080-\uffff" : @"\u0000-\u007f",
            _ when ShortNames.Contains(category) => $"\\{(negated ? 'P' : 'p')}{{{category}}}",
            _ => null,
        };
        problem = set is null ? $"the property '{name}' is not supported; general categories are" : null;
        escape = set switch
        {
            null => default,
            _ when negated || name == "Any" => PatternEscape.SetWithHigh(set),
            _ => PatternEscape.Set(set),
        };
        return set is not null;
    }
}
